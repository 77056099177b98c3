#include "servers/console/input.h"

void input_init(struct input *input, struct output *echo)
{
    *input = (struct input){.piped = false};
    discipline_init(&input->typed, echo);
}

bool input_has_room(const struct input *input)
{
    return input->piped ? pipe_input_has_room(&input->pipe) : discipline_has_room(&input->typed);
}

bool input_put(struct input *input, char byte)
{
    if (input->piped)
        pipe_input_put(&input->pipe, byte);
    else
        discipline_key(&input->typed, byte);
    return input_has_room(input);
}

bool input_is_ready(const struct input *input)
{
    return discipline_is_ready(&input->typed) || pipe_input_ready(&input->pipe) > 0 || input->pipe.ended;
}

bool input_has_more(const struct input *input)
{
    return discipline_has_more(&input->typed) || pipe_input_ready(&input->pipe) > 0;
}

int32_t input_take(struct input *input, char *to, uint32_t max)
{
    if (discipline_is_ready(&input->typed))
        return discipline_take(&input->typed, to, max);
    return pipe_input_take(&input->pipe, to, max);
}

struct input_position input_position(const struct input *input)
{
    return (struct input_position){input->typed.position, input->pipe.ring.tail};
}

void input_restore(struct input *input, struct input_position position)
{
    input->typed.position = position.typed;
    input->pipe.ring.tail = position.pipe;
}
