// SPDX-License-Identifier: Apache-2.0
/*
 * In: bytes of a terminal, and the time. Out: keys, clicks.
 * The rule that surprises: no part of a sequence that is not known is ever told as a key. A click in a form that nobody
 * asked for, an answer of the terminal or line noise would else type digits, and digits switch tabs. ncurses does tell
 * them, so it only paints here; and both forms of mouse reports are taken, whatever terminfo says.
 */
#include "sink/tui/screen_parts.h"

#include <string.h>

#include "base/text.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#define ESCAPE		0x1b
#define CANCEL		0x18
#define SUBSTITUTE	0x1a
#define BELL		0x07

static void input_key(struct input *input, uint32_t key)
{
	struct screen_event event = { .kind = SCREEN_KEY, .key = key, .is_pasted = input->is_pasting };

	if (input->is_pasting) {
		bool is_line_feed = key == '\n' && input->was_return;

		input->was_return = key == '\r';
		if (key == '\r' || key == '\n' || key == '\t')
			event.key = ' ';
		if (is_line_feed || event.key < ' ' || event.key == 0x7f || event.key >= KEYCODE_NONE)
			return;
	} else if (key == '\n') {
		event.key = KEYCODE_ENTER;
	} else if (key == 0x7f || key == '\b') {
		event.key = KEYCODE_BACKSPACE;
	} else if (!key) {
		return;
	}
	input->tell(input->arg, &event);
}

/* Buttons as X10 and SGR number them: two low bits, 4 to 16 are modifiers, 32 motion, 64 wheel. */
static void input_mouse(struct input *input, unsigned button, unsigned row, unsigned column, uint64_t now_ns)
{
	struct screen_event event = { .row = row, .column = column };
	unsigned moved;

	if (input->is_pasting || row >= CANVAS_MAX_ROWS || column >= CANVAS_MAX_COLUMNS)
		return;
	switch (button & ~(4u | 8u | 16u)) {
	case 0:
		event.kind = SCREEN_CLICK;
		break;
	case 64:
		event.kind = SCREEN_WHEEL_UP;
		break;
	case 65:
		event.kind = SCREEN_WHEEL_DOWN;
		break;
	default:
		return;
	}
	if (event.kind == SCREEN_CLICK) {
		moved = column > input->click_column ? column - input->click_column : input->click_column - column;
		if (input->has_click && row == input->click_row && moved <= 1 &&
		    now_ns - input->click_at_ns <= INPUT_DOUBLE_NS)
			event.kind = SCREEN_DOUBLE_CLICK;
		input->has_click = event.kind == SCREEN_CLICK; /* the third is the first of the next two */
		input->click_at_ns = now_ns;
		input->click_row = row;
		input->click_column = column;
	}
	input->tell(input->arg, &event);
}

/* Numbers between semicolons; one that is not there is 0. The count, or -1: it is no list of numbers. */
static int input_numbers(const uint8_t *bytes, size_t length, unsigned *numbers, int max)
{
	int count = 1;
	size_t i;

	memset(numbers, 0, sizeof(*numbers) * (size_t)max);
	for (i = 0; i < length; i++) {
		if (bytes[i] == ';') {
			if (++count > max)
				return -1;
		} else if (bytes[i] >= '0' && bytes[i] <= '9') {
			unsigned *number = &numbers[count - 1];

			*number = *number < 100000 ? *number * 10 + (bytes[i] - '0') : *number;
		} else {
			return -1;
		}
	}
	return count;
}

/* ESC [ A and ESC O A are the same key in the two modes of a keypad. */
static uint32_t input_letter(uint8_t letter)
{
	static const struct {
		char letter;
		uint32_t key;
	} table[] = {
		{ 'A', KEYCODE_UP },	   { 'B', KEYCODE_DOWN },      { 'C', KEYCODE_RIGHT },
		{ 'D', KEYCODE_LEFT },	   { 'F', KEYCODE_END },       { 'H', KEYCODE_HOME },
		{ 'P', KEYCODE_F1 },	   { 'Q', KEYCODE_F1 + 1 },    { 'R', KEYCODE_F1 + 2 },
		{ 'S', KEYCODE_F1 + 3 },   { 'Z', KEYCODE_BACK_TAB },
	};
	size_t i;

	for (i = 0; i < COUNT_OF(table); i++)
		if (table[i].letter == letter)
			return table[i].key;
	return KEYCODE_NONE;
}

/* ESC [ number ~ */
static uint32_t input_number(unsigned number)
{
	static const uint32_t low[] = { 0, KEYCODE_HOME, 0, KEYCODE_DELETE, KEYCODE_END, KEYCODE_PAGE_UP,
					KEYCODE_PAGE_DOWN, KEYCODE_HOME, KEYCODE_END };

	if (number < COUNT_OF(low))
		return low[number] ? low[number] : KEYCODE_NONE;
	if (number >= 11 && number <= 15)
		return KEYCODE_F1 + (number - 11);
	if (number >= 17 && number <= 21)
		return KEYCODE_F1 + (number - 12);
	if (number == 23 || number == 24)
		return KEYCODE_F1 + (number - 13);
	return KEYCODE_NONE;
}

static void input_csi(struct input *input, uint8_t last, uint64_t now_ns)
{
	unsigned numbers[3];
	uint32_t key;
	int count;

	if (input->held_count > sizeof(input->held))
		return;
	if (input->held_count && input->held[0] == '<') {
		count = input_numbers(input->held + 1, input->held_count - 1, numbers, 3);
		if (count == 3 && last == 'M' && numbers[1] && numbers[2])
			input_mouse(input, numbers[0], numbers[2] - 1, numbers[1] - 1, now_ns);
		return;
	}
	count = input_numbers(input->held, input->held_count, numbers, 3);
	if (count < 0)
		return;
	if (last == '~' && (numbers[0] == 200 || numbers[0] == 201)) {
		input->is_pasting = numbers[0] == 200;
		input->was_return = false;
		return;
	}
	key = last == '~' ? input_number(numbers[0]) : input_letter(last);
	if (key == KEYCODE_NONE || (last != '~' && numbers[0] > 1))
		return;
	if (key >= KEYCODE_F1 && numbers[1] > 1) /* Alt-F4 and the like belong to others */
		return;
	input_key(input, key);
}

static void input_ss3(struct input *input, uint8_t last)
{
	static const char keypad[] = "*+,-./0123456789"; /* of j to y */
	uint32_t key = input_letter(last);

	if (key != KEYCODE_NONE)
		input_key(input, key);
	else if (last == 'M')
		input_key(input, KEYCODE_ENTER);
	else if (last >= 'j' && last <= 'y')
		input_key(input, (uint32_t)keypad[last - 'j']);
}

static void input_hold(struct input *input, uint8_t byte)
{
	if (input->held_count < sizeof(input->held))
		input->held[input->held_count] = byte;
	if (input->held_count <= sizeof(input->held))
		input->held_count++;
}

static void input_enter(struct input *input, enum input_state state)
{
	input->state = state;
	input->held_count = 0;
}

static void input_ground(struct input *input, uint8_t byte)
{
	input_enter(input, INPUT_GROUND);
	if (byte == ESCAPE) {
		input_enter(input, INPUT_ESCAPE);
	} else if (byte < 0x80) {
		input_key(input, byte);
	} else if (byte >= 0xc2 && byte <= 0xf4) {
		input_enter(input, INPUT_UTF8);
		input->want_count = byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
		input_hold(input, byte);
	}
}

static void input_escape(struct input *input, uint8_t byte)
{
	input->introducer = byte;
	switch (byte) {
	case '[':
		input_enter(input, INPUT_CSI);
		break;
	case 'O':
		input_enter(input, INPUT_SS3);
		break;
	case ']':
	case 'P':
	case 'X':
	case '^':
	case '_':
		input_enter(input, INPUT_STRING);
		break;
	default: /* typed one after the other, or with Alt */
		input_key(input, KEYCODE_ESCAPE);
		input_ground(input, byte);
	}
}

static void input_utf8(struct input *input, uint8_t byte)
{
	unsigned code;
	size_t used;

	if ((byte & 0xc0) != 0x80) {
		input_ground(input, byte);
		return;
	}
	input_hold(input, byte);
	if (input->held_count < input->want_count)
		return;
	code = text_next((const char *)input->held, input->held_count, &used);
	if (used == input->want_count && code >= 0xa0)
		input_key(input, code);
	input_enter(input, INPUT_GROUND);
}

static void input_control(struct input *input, uint8_t byte, uint64_t now_ns)
{
	if (byte == CANCEL || byte == SUBSTITUTE) {
		input_enter(input, INPUT_GROUND);
	} else if (byte < ' ' || byte >= 0x7f) {
		input_ground(input, byte);
	} else if (byte < 0x40) {
		input_hold(input, byte);
	} else if (byte == '[' && !input->held_count) {
		input_enter(input, INPUT_CONSOLE);
	} else if (byte == 'M' && !input->held_count) {
		input_enter(input, INPUT_X10);
	} else {
		input_csi(input, byte, now_ns);
		input_enter(input, INPUT_GROUND);
	}
}

static void input_x10(struct input *input, uint8_t byte, uint64_t now_ns)
{
	const uint8_t *held = input->held;

	input_hold(input, byte);
	if (input->held_count < 3)
		return;
	if (held[0] >= 32 && held[1] >= 33 && held[2] >= 33)
		input_mouse(input, held[0] - 32u, held[2] - 33u, held[1] - 33u, now_ns);
	input_enter(input, INPUT_GROUND);
}

static void input_string(struct input *input, uint8_t byte)
{
	if (byte == BELL || byte == CANCEL || byte == SUBSTITUTE)
		input_enter(input, INPUT_GROUND);
	else if (byte == ESCAPE)
		input->state = INPUT_STRING_ESCAPE;
	else
		input_hold(input, byte);
}

static void input_byte(struct input *input, uint8_t byte, uint64_t now_ns)
{
	switch (input->state) {
	case INPUT_GROUND:
		input_ground(input, byte);
		break;
	case INPUT_UTF8:
		input_utf8(input, byte);
		break;
	case INPUT_ESCAPE:
		input_escape(input, byte);
		break;
	case INPUT_CSI:
		input_control(input, byte, now_ns);
		break;
	case INPUT_SS3:
		if (byte >= '0' && byte <= '9') {
			input_hold(input, byte);
			break;
		}
		input_enter(input, INPUT_GROUND);
		if (byte < ' ' || byte >= 0x7f)
			input_ground(input, byte);
		else
			input_ss3(input, byte);
		break;
	case INPUT_CONSOLE:
		input_enter(input, INPUT_GROUND);
		if (byte >= 'A' && byte <= 'E')
			input_key(input, KEYCODE_F1 + (byte - 'A'));
		else if (byte < ' ' || byte >= 0x7f)
			input_ground(input, byte);
		break;
	case INPUT_X10:
		input_x10(input, byte, now_ns);
		break;
	case INPUT_STRING:
		input_string(input, byte);
		break;
	case INPUT_STRING_ESCAPE:
		input_enter(input, INPUT_GROUND);
		if (byte != '\\')
			input_escape(input, byte);
		break;
	}
}

void input_feed(struct input *input, const uint8_t *bytes, size_t length, uint64_t now_ns)
{
	size_t i;

	for (i = 0; i < length; i++)
		input_byte(input, bytes[i], now_ns);
	if (length)
		input->last_at_ns = now_ns;
}

uint64_t input_deadline_ns(const struct input *input)
{
	if (input->state == INPUT_ESCAPE)
		return input->last_at_ns + INPUT_ESCAPE_NS;
	if (input->state != INPUT_GROUND)
		return input->last_at_ns + INPUT_SEQUENCE_NS;
	return input->is_pasting ? input->last_at_ns + INPUT_PASTE_NS : 0;
}

void input_expire(struct input *input, uint64_t now_ns)
{
	enum input_state state = input->state;
	uint64_t deadline_ns = input_deadline_ns(input);
	bool is_bare = !input->held_count;

	if (!deadline_ns || now_ns < deadline_ns)
		return;
	input_enter(input, INPUT_GROUND);
	if (state == INPUT_GROUND) {
		input->is_pasting = false;
	} else if (state == INPUT_ESCAPE) {
		input_key(input, KEYCODE_ESCAPE);
	} else if (is_bare && (state == INPUT_CSI || state == INPUT_SS3 || state == INPUT_STRING)) {
		input_key(input, KEYCODE_ESCAPE); /* two keys in a hurry */
		input_key(input, input->introducer);
	}
}
