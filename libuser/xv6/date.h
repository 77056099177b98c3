#pragma once

struct rtcdate {
    uint second, minute, hour, day, month, year;
};
