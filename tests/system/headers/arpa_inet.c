/* <arpa/inet.h>: addresses, though there is no network. */
#include "tests/system/headers/headers.h"

#include <arpa/inet.h>
#include <string.h>

static bool addresses(void)
{
    struct in_addr address;
    char text[INET_ADDRSTRLEN];

    return IS(ntohs(0x0100), 1) && IS(inet_pton(AF_INET, "127.0.0.1", &address), 1) &&
           IS(address.s_addr, htonl(0x7f000001)) &&
           HOLDS(!strcmp(inet_ntop(AF_INET, &address, text, sizeof text), "127.0.0.1")) &&
           IS(inet_pton(AF_INET, "127.0.0", &address), 0);
}

const struct tap_point header_arpa_inet[] = {{"addresses", addresses}, {0, 0}};
