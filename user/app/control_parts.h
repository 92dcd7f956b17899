/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the control socket share. Private to user/app/control*.c. */
#ifndef APP_CONTROL_PARTS_H
#define APP_CONTROL_PARTS_H

#include <json-c/json.h>

#include "app/control.h"
#include "app/control_place.h"

/* What one command may say; malloc's. */
struct control_request {
	const struct control_command *command;
	char *id;
	char *matchers;
	char *duration;
	char *comment; /* never NULL once it was read */
	char *level;
	char *trace;
	char *grep;
	char *last;
};

/* Something told to the flow, and how it will be seen in the view. */
struct control_change {
	uint32_t what;	 /* TT_CONTROL_*; 0 = none */
	uint64_t id;	 /* of the alert or silence; of a new silence the last one before it */
	uint64_t was_ns; /* ACK: of the acknowledgement before; RESOLVE: when the alert became
			    active */
	uint64_t end_at_real_ns;
	uint64_t generation; /* that the state file must hold */
};

enum control_phase {
	PHASE_FREE,
	PHASE_READ,
	PHASE_READY, /* the request is whole */
	PHASE_SHOW,  /* waits for the view */
	PHASE_SAVE,  /* waits for the state file */
	PHASE_WRITE,
};

struct control_client {
	int fd;
	enum control_phase phase;
	uint64_t since_ms; /* of the phase */
	uint64_t ordinal;  /* of its arrival */
	uid_t uid;
	struct buf in;
	struct buf out;
	size_t out_done;
	struct control_request request;
	struct control_change change;
};

struct control_sample {
	uint64_t at_ns;
	uint64_t records_count;
};

struct control {
	struct control_options options;
	char *path;
	int lock_fd;
	int listen_fd;
	gid_t group;
	struct control_client clients[CONTROL_CLIENTS];
	uint64_t arrivals_count;
	uint64_t refused_count;
	struct control_sample older, newer; /* for rates, about 10 s apart */
};

struct control_command {
	const char *name;
	unsigned keys; /* KEY_* it may have; those in `needs` it must have */
	unsigned needs;
	bool is_change;
	/* The answer, or NULL: client->change tells what to wait for. */
	struct json_object *(*run)(struct control *control, struct control_client *client,
				   const struct view *view);
};

/* {"ok":false,...} */
struct json_object *control_refusal(const char *code, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* {"ok":true,"command":...} */
struct json_object *control_answer(const struct control_client *client);

/* control_socket.c */
char *control_default_path(void);	   /* malloc's; NULL: there is none (said) */
int control_open(struct control *control); /* lock_fd and listen_fd for the path; -errno, said */

/* control_request.c: NULL, or the refusal. */
struct json_object *control_request_read(struct control_request *request, const char *line,
					 size_t length);
void control_request_fini(struct control_request *request);

/* control_change.c */
struct json_object *control_ack(struct control *control, struct control_client *client,
				const struct view *view);
struct json_object *control_resolve(struct control *control, struct control_client *client,
				    const struct view *view);
struct json_object *control_silence(struct control *control, struct control_client *client,
				    const struct view *view);
struct json_object *control_unsilence(struct control *control, struct control_client *client,
				      const struct view *view);
struct json_object *control_reload(struct control *control, struct control_client *client,
				   const struct view *view);
/* True: the view has it (or never will, then *refusal says why). */
bool control_is_shown(struct control_client *client, const struct view *view,
		      struct json_object **refusal);
struct json_object *control_done(const struct control_client *client, const struct view *view,
				 bool is_saved);

/* control_logs.c */
struct json_object *control_logs(struct control *control, struct control_client *client,
				 const struct view *view);

/* control_show.c */
struct json_object *control_status(struct control *control, struct control_client *client,
				   const struct view *view);
struct json_object *control_alerts(struct control *control, struct control_client *client,
				   const struct view *view);
struct json_object *control_silences(struct control *control, struct control_client *client,
				     const struct view *view);
struct json_object *control_alert_brief(const struct alert *alert); /* {"id":..,"alert":..} */
void control_hex(struct json_object *object, const char *key, uint64_t id);

#endif
