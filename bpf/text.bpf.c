/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Text of a request: its length and a keyed fingerprint, never its words. Names: short strings that may be shown.
 *
 * In:  a user pointer.  Out: text_bytes, fingerprint, flags; or name[48].
 * The rule that surprises: fingerprint = SipHash-1-3 over blocks of 63 bytes, each padded to 64 with zeroes, and the
 * length at the end. Equal texts have equal fingerprints within a run, and only within it: the key is random.
 */

#define TEXT_BLOCK	     64 /* 63 bytes of text and the terminator that the helper always writes */
#define TEXT_BLOCKS(bytes)   ((bytes) / (TEXT_BLOCK - 1) + 1)
#define TEXT_MAX_BYTES	     (16 << 10)
#define TEXT_MAX_BYTES_PLAIN (4 << 10) /* where the kernel has no bpf_loop */

struct text_reader {
	__u64 from;
	__u64 v0, v1, v2, v3;
	__u64 length; /* so far, without the terminator */
	__u32 is_complete;
	__u32 is_unreadable;
};

#define ROTATE(x, bits) ((x) << (bits) | (x) >> (64 - (bits)))

static __always_inline void sip_round(struct text_reader *text)
{
	text->v0 += text->v1;
	text->v1 = ROTATE(text->v1, 13) ^ text->v0;
	text->v0 = ROTATE(text->v0, 32);
	text->v2 += text->v3;
	text->v3 = ROTATE(text->v3, 16) ^ text->v2;
	text->v0 += text->v3;
	text->v3 = ROTATE(text->v3, 21) ^ text->v0;
	text->v2 += text->v1;
	text->v1 = ROTATE(text->v1, 17) ^ text->v2;
	text->v2 = ROTATE(text->v2, 32);
}

static __always_inline void sip_word(struct text_reader *text, __u64 word)
{
	text->v3 ^= word;
	sip_round(text);
	text->v0 ^= word;
}

static __always_inline void sip_start(struct text_reader *text)
{
	text->v0 = fingerprint_key[0] ^ 0x736f6d6570736575ull;
	text->v1 = fingerprint_key[1] ^ 0x646f72616e646f6dull;
	text->v2 = fingerprint_key[0] ^ 0x6c7967656e657261ull;
	text->v3 = fingerprint_key[1] ^ 0x7465646279746573ull;
}

static __always_inline __u64 sip_end(struct text_reader *text)
{
	sip_word(text, text->length);
	text->v2 ^= 0xff;
	sip_round(text);
	sip_round(text);
	sip_round(text);
	return text->v0 ^ text->v1 ^ text->v2 ^ text->v3;
}

__noinline long text_block(struct text_reader *text)
{
	__u64 words[TEXT_BLOCK / 8] = {};
	long length;

	if (!text)
		return 0;
	length = user_read_text((char *)words, sizeof(words), text->from + text->length);
	if (length < 0) {
		text->is_unreadable = 1;
		return 0;
	}
#pragma unroll
	for (int i = 0; i < TEXT_BLOCK / 8; i++)
		sip_word(text, words[i]);
	text->length += length - 1;
	text->is_complete = length < TEXT_BLOCK;
	return 0;
}

/* 1 = stop. The answer comes from memory, because the verifier does not trust a global function's to be 0 or 1. */
static long text_block_callback(__u64 index, void *context)
{
	struct text_reader *text = context;

	text_block(text);
	return text->is_complete || text->is_unreadable;
}

static __always_inline void text_walk(struct text_reader *text)
{
	if (has_bpf_loop) {
		bpf_loop(TEXT_BLOCKS(TEXT_MAX_BYTES), text_block_callback, text, 0);
		return;
	}
	for (__u32 i = 0;
	     i < TEXT_BLOCKS(TEXT_MAX_BYTES_PLAIN) && !text->is_complete && !text->is_unreadable;
	     i++)
		text_block(text);
}

__noinline __u32 text_capture(const struct tt_capture *capture, const struct arguments *arguments,
			      struct tt_enter *enter)
{
	__u32 max_bytes = has_bpf_loop ? TEXT_MAX_BYTES : TEXT_MAX_BYTES_PLAIN;
	struct text_reader text = {};

	if (!capture || !arguments || !enter)
		return TT_F_TEXT_UNREADABLE;
	if (argument_find(arguments, capture->index, &text.from) ||
	    capture_follow(capture, &text.from) || !text.from)
		return TT_F_TEXT_UNREADABLE;
	sip_start(&text);
	text_walk(&text);
	if (text.is_unreadable)
		return TT_F_TEXT_UNREADABLE;
	enter->fingerprint = sip_end(&text);
	enter->text_bytes = text.length;
	if (text.is_complete && text.length <= max_bytes)
		return TT_F_TEXT;
	enter->text_bytes = max_bytes;
	return TT_F_TEXT | TT_F_TEXT_CUT;
}

__noinline __u32 name_capture(const struct tt_capture *capture, const struct arguments *arguments,
			      struct tt_enter_named *record)
{
	__u64 from = 0;
	long length;

	if (!capture || !arguments || !record)
		return TT_F_NAME_UNREADABLE;
	if (argument_find(arguments, capture->index, &from) || capture_follow(capture, &from) ||
	    !from)
		return TT_F_NAME_UNREADABLE;
	length = user_read_text(record->name, TT_NAME_BYTES, from);
	if (length < 0)
		return TT_F_NAME_UNREADABLE;
	return length == TT_NAME_BYTES ? TT_F_NAME | TT_F_NAME_CUT : TT_F_NAME;
}
