/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The stand-in engine: known delays, known audio, and every way there is to leave a function.
 * In: what to burn, sleep, say. Out: results that a target can check, so that harm done by a probe is seen.
 * The rule that surprises: fake_exit_X(n) burns n ns of CPU and returns n + its number; anything else means that a
 * probe broke the call.
 */
#ifndef TESTS_FAKE_H
#define TESTS_FAKE_H

#include <setjmp.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define FAKE_OK 0
#define FAKE_FULL 0x11	  /* the queue is full */
#define FAKE_BROKEN 0x12  /* the engine failed */
#define FAKE_STOPPED 0x21 /* cancelled: the callback asked for it */

/* --- synchronous requests ----------------------------------------------------------------------------------- */

struct fake_rate { /* end of a chain of three dereferences: job -> voice -> rate -> hz */
	uint16_t pad;
	int16_t pitch; /* negative in the tests */
	uint32_t hz;
};

struct fake_voice {
	char name[24];
	const struct fake_rate *rate; /* +24 */
};

struct fake_stage {
	const char *name; /* +0: gives the stage its name */
	uint64_t cpu_ns;
	uint64_t sleep_ns;
};

struct fake_job {
	const struct fake_voice *voice; /* +0 */
	const struct fake_stage *stages; /* +8, ended by name == NULL */
	uint32_t chunks; /* calls of the audio callback */
	int32_t samples; /* of each chunk */
	int32_t result;	 /* what fake_speak returns */
	uint32_t text_bytes; /* written by fake_speak */
};

/* Returns 1 to stop the engine. The last call of a request has wav == NULL. */
typedef int (*fake_audio_fn)(const short *wav, int samples, void *user);

void fake_set_callback(fake_audio_fn callback, void *user);
int fake_speak(const char *text, struct fake_job *job);
int fake_stage_run(struct fake_job *job, const struct fake_stage *stage);
/* Arguments 7, 8 and 9 are on the stack. Returns the sum of all but the text, and its length. */
int64_t fake_many(int64_t a1, int64_t a2, int64_t a3, int64_t a4, int64_t a5, int64_t a6, const char *text,
		  uint32_t samples, int8_t delta);
/* Calls body(arg) and returns its result: a request around anything. */
int64_t fake_request(const char *text, int64_t (*body)(void *arg), void *arg);

/* --- the queue: one worker, in order ------------------------------------------------------------------------- */

void fake_queue_open(uint32_t limit); /* starts the worker; at most `limit` items wait */
void fake_queue_hold(int hold);	      /* 1: the worker takes nothing until 0 */
int fake_submit(const char *text, uint64_t cpu_ns, uint64_t sleep_ns, uint32_t samples, void *user);
void fake_take(const char *text, uint32_t samples); /* by the worker, when it begins an item */
int fake_cancel(void); /* drops what waits; returns how many */
void fake_drain(void);
void fake_queue_close(void);
int fake_queue_tid(void);

/* --- the keyed queue: many workers, newest first ------------------------------------------------------------- */

void fake_key_open(uint32_t workers);
int fake_key_submit(uint64_t key, const char *text, uint64_t cpu_ns);
uint64_t fake_key_run(uint64_t key, uint64_t cpu_ns); /* by a worker, when it begins an item */
void fake_key_done(uint64_t key, uint32_t samples);
void fake_key_close(void);

/* --- every exit ---------------------------------------------------------------------------------------------- */

uint64_t fake_exit_ret(uint64_t cpu_ns);			 /* +1: one ret */
uint64_t fake_exit_early(uint64_t cpu_ns, uint64_t which);	 /* +2: three rets, one before the prologue */
uint64_t fake_exit_repz_ret(uint64_t cpu_ns);			 /* +3: f3 c3 */
uint64_t fake_exit_tail_local(uint64_t cpu_ns);			 /* +4: jmp to a local function */
uint64_t fake_exit_tail_plt(uint64_t cpu_ns);			 /* +5: jmp to an exported function by the PLT */
uint64_t fake_exit_tail_far(uint64_t cpu_ns);			 /* +6: the same, of another library */
uint64_t fake_exit_tail_got(uint64_t cpu_ns);			 /* +7: jmp *GOT */
uint64_t fake_exit_tail_register(uint64_t cpu_ns, uint64_t which); /* +8: jmp *%rax, two targets */
uint64_t fake_exit_tail_conditional(uint64_t cpu_ns);		 /* +9: jne to a local function when odd, else ret */
uint64_t fake_exit_tail_probed(uint64_t cpu_ns);		 /* +10: jmp to fake_exit_target, which is probed too */
uint64_t fake_exit_target(uint64_t cpu_ns);			 /* +10 */
uint64_t fake_exit_tail_self(uint64_t cpu_ns, uint64_t times);	 /* +11: jmp to its own first instruction, `times` times */
uint64_t fake_exit_cold(uint64_t cpu_ns, uint64_t which);	 /* +12: jumps to its cold part: 1 back again, 2 leaves from there */
uint64_t fake_exit_jump_table(uint64_t cpu_ns, uint64_t which);	 /* +13: jmp *%rax that stays inside */
uint64_t fake_exit_endbr(uint64_t cpu_ns);			 /* +14: begins with endbr64 */
uint64_t fake_exit_sub(uint64_t cpu_ns);			 /* +15: begins with sub $24,%rsp */
uint64_t fake_exit_nop5(uint64_t cpu_ns);			 /* +16: begins with a 5-byte nop */
uint64_t fake_exit_redzone(uint64_t cpu_ns);			 /* +17: a leaf with values below its stack pointer */
uint64_t fake_exit_stack_check(uint64_t cpu_ns);		 /* +18: jne to a noreturn call before its ret */
uint64_t fake_exit_tail_pushed(uint64_t cpu_ns);		 /* +19: `push target; ret`, a jump in a ret's clothes */
uint64_t fake_recurse(uint64_t depth);				 /* depth + 1 calls; returns depth */
uint64_t fake_recurse_ret(uint64_t depth);			 /* the same, for another way to find the end */
uint64_t fake_descend(uint64_t depth, jmp_buf out);		 /* depth + 1 calls deep, then longjmp(out, 1) */
uint64_t fake_throw_out(uint64_t depth, void (*thrower)(void)); /* depth + 1 calls deep, then thrower() */
void fake_exit_thread(uint64_t cpu_ns) __attribute__((noreturn)); /* pthread_exit */
void fake_exit_process(int code) __attribute__((noreturn));	 /* _exit */
uint64_t fake_wait_forever(void);				 /* to be cancelled */
uint64_t fake_signal(int number);				 /* raise(number) inside a call; returns 20 */
uint64_t fake_burn(uint64_t cpu_ns);				 /* +21 */
uint64_t fake_sleep(uint64_t sleep_ns);				 /* +22 */
void fake_mark(const char *name);				 /* a stage begins and lasts until the next mark */
void fake_error(int code);					 /* a call means that the request has failed */
uint64_t fake_tiny(uint64_t value);				 /* +23: nothing else, for floods */
uint64_t fake_ifunc(uint64_t value);				 /* +24: STT_GNU_IFUNC, must not be probed */
extern uint64_t fake_not_code[4];				 /* a data symbol, must not be probed */

void fake_spin_ns(uint64_t cpu_ns);  /* by CLOCK_THREAD_CPUTIME_ID */
void fake_pause_ns(uint64_t sleep_ns);

/* --- the other libraries ------------------------------------------------------------------------------------- */

uint64_t fakeaux_tail(uint64_t value); /* libttsfakeaux.so */

int fakexx_speak(const char *text, int mode); /* libttsfakexx.so: C++ */
int fakexx_stage(int mode);
int fakexx_unwound(void); /* destructors run while unwinding */
#define FAKEXX_PLAIN 0
#define FAKEXX_CATCH 1 /* the stage throws, fakexx_speak catches and returns 1 */
#define FAKEXX_THROW 2 /* the stage throws through fakexx_speak */
#define FAKEXX_RETHROW 3 /* the same, caught and thrown again on the way */

#ifdef __cplusplus
}
#endif
#endif
