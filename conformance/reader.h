/* From nodes of YAML to numbers, names, words, fields and registers.  Private to
 * the reading of vectors. */
#ifndef GOLDVI_READER_H
#define GOLDVI_READER_H

#include "conformance/vector.h"

struct reader {
	const char *file;
	struct arena *lasting;          /* for what a sweep does not touch */
	struct arena *passing;          /* for the rest */
	struct arena *arena;            /* the one in use */
	const struct scope *scope;      /* values of ${...} */
	char *error;
	size_t size;
	bool failed;
};

/* Of a file alone: all that it reads lasts, and no name has a value. */
struct reader reader_of(struct yaml_file *yaml, char *error, size_t size);

/* Records the first error; always false. */
bool complain(struct reader *r, const struct yaml_node *node, const char *format, ...);
bool complain_key(struct reader *r, const struct yaml_node *entry, const char *format, ...);

/* Switches to the arena that fits the node, and returns the former one. */
struct arena *use_arena(struct reader *r, const struct yaml_node *node);

/* Kinds of nodes.  False, and a complaint, if the node is something else. */
bool is_map(struct reader *r, const struct yaml_node *node);
bool is_list(struct reader *r, const struct yaml_node *node);
/* The entry of a mapping; a complaint when there is none. */
struct yaml_node *needed(struct reader *r, struct yaml_node *map, const char *key);
/* Complains about the first unread entry below a node. */
bool all_read(struct reader *r, const struct yaml_node *node);

/* Scalars.  The text has its ${...} replaced; NULL after a complaint. */
const char *text_of(struct reader *r, const struct yaml_node *node);
bool number_of(struct reader *r, const struct yaml_node *node, uint64_t *value);
bool number_below(struct reader *r, const struct yaml_node *node, uint64_t limit, uint64_t *value);
bool flag_of(struct reader *r, const struct yaml_node *node, bool *value);
/* The same for an entry of a mapping, which may be missing: then *value stays. */
bool optional_number(struct reader *r, struct yaml_node *map, const char *key, uint64_t limit,
		     uint64_t *value);
bool optional_flag(struct reader *r, struct yaml_node *map, const char *key, bool *value);
/* The value of an expression: the whole text of a node (when, let, only), or a part. */
bool expression_of(struct reader *r, const struct yaml_node *node, uint64_t *value);
bool computed(struct reader *r, const struct yaml_node *node, const char *text, size_t length,
	      uint64_t *value);
/* One to three digits, behind which *text is left. */
bool small_number(const char **text, unsigned *value);
/* One of `count` words; the index in *value. */
bool word_of(struct reader *r, const struct yaml_node *node, const char *const *words,
	     size_t count, unsigned *value);

/* Formats and fields. */
bool format_of(struct reader *r, struct yaml_node *entry, enum gvi_format_id *format);
/* A field by its name, which must be that of one only. */
bool field_named(struct reader *r, const struct yaml_node *at, enum gvi_format_id format,
		 const char *name, enum gvi_field_id *field);
/* A field named by a key, and its value. */
bool field_of(struct reader *r, struct yaml_node *entry, enum gvi_format_id format,
	      const char *name, struct field_value *value);
/* {Field: value, ...}: encodes, and lists the fields if `fields` is not NULL. */
bool encode_fields(struct reader *r, struct yaml_node *map, enum gvi_format_id format,
		   uint64_t *raw, struct field_value *fields);
/* {FORMAT: {Field: value, ...}}: the words, and which format it was. */
bool encode_entry(struct reader *r, struct yaml_node *map, uint64_t *words,
		  enum gvi_format_id *format);
/* A word: quoted, 0x and 16 digits; and a list of them. */
bool raw_word(struct reader *r, const struct yaml_node *node, uint64_t *word);
bool raw_of(struct reader *r, struct yaml_node *list, const uint64_t **words, uint32_t *count);
/* The words of raw, as and mask of a mapping, into all but `at` and `repeat`. */
bool words_of(struct reader *r, struct yaml_node *map, struct store *store);
/* The same with `at`, and `repeat` where a store is meant. */
bool store_of(struct reader *r, struct yaml_node *map, struct store *store);

/* Registers.  The part of the name in front of a dot, with [n] for one of several. */
bool register_of(struct reader *r, const struct yaml_node *entry, const char *name, size_t length,
		 struct access *access);
/* {Field: value, ...} of the register in access, into value and mask. */
bool register_fields(struct reader *r, struct yaml_node *map, struct access *access);
/* The bits of a register that a write of 1 clears. */
uint64_t write_one_clears(const struct access *access);

/* Choices. */
bool choice_of(struct reader *r, const struct yaml_node *node, enum gvi_choice *choice);
bool alternative_of(struct reader *r, const struct yaml_node *at, enum gvi_choice choice,
		    const char *name, unsigned *alternative);

/* `schema` and `about`, with which vectors and profiles begin. */
bool head_of(struct reader *r, struct yaml_node *root, const char **about);
/* Takes configuration, set-up and habits of the profile, or the configuration of
 * the preset, into the file.  `other`, unless NULL, counts instead of what the
 * node says, and may be a path. */
bool profile_of(struct reader *r, const struct yaml_node *node, const char *other,
		struct profiles *profiles, struct vector_file *file);

/* The sweeps of a case, and then the names that it computes. */
bool sweeps_of(struct reader *r, struct yaml_node *list, struct vector_case *vector);
bool let_of(struct reader *r, struct vector_case *vector);

/* What a case starts from, and what it needs. */
const struct given *given_of(struct reader *r, struct yaml_node *node);
bool errors_of(struct reader *r, struct yaml_node *list, struct error_list *errors);
bool config_of(struct reader *r, struct yaml_node *map, const struct config_change **changes,
	       size_t *count);
bool habits_of(struct reader *r, struct yaml_node *map, const struct habit **habits, size_t *count);
void apply_config(struct gvi_config *config, const struct config_change *changes, size_t count);
void apply_habits(struct gvi_config *config, const struct habit *habits, size_t count);
/* Both of a set-up; true if it settles habits. */
bool apply_given(struct gvi_config *config, const struct given *given);
bool needs_of(struct reader *r, struct yaml_node *list, struct needs *needs);

/* The steps that `when` does not leave out. */
bool steps_of(struct reader *r, struct yaml_node *list, struct steps *steps);
/* What an action is about: the value of its key. */
struct yaml_node *object(struct yaml_node *node, const struct step *step);
/* Actions of devices. */
bool dma_of(struct reader *r, struct yaml_node *node, struct step *step);
bool interrupt_of(struct reader *r, struct yaml_node *node, struct step *step);
bool ats_of(struct reader *r, struct yaml_node *node, struct step *step);
bool page_request_of(struct reader *r, struct yaml_node *node, struct step *step);
bool invalidation_of(struct reader *r, struct yaml_node *node, struct step *step);
/* bus:device.function, or a number. */
bool device_of(struct reader *r, const struct yaml_node *node, uint16_t *device);
/* Of a prefix that may be missing. */
bool pasid_of(struct reader *r, struct yaml_node *map, uint32_t *pasid, bool *present);
/* Of a power of two; 64 for 0. */
uint8_t log2_of(uint64_t size);

/* The logs and messages that a mapping names, into *traces. */
bool traces_of(struct reader *r, struct yaml_node *map, struct traces *traces);
/* `beside` is what stands beside the answer, and holds for every alternative. */
bool answer_of(struct reader *r, struct yaml_node *node, const struct traces *beside,
	       struct answer *answer);
const struct effects *effects_of(struct reader *r, struct yaml_node *node);
/* The choice, and a mapping that has all its alternatives and no other. */
bool choice_head(struct reader *r, struct yaml_node *node, const struct yaml_node *what,
		 struct yaml_node **permitted, uint16_t *choice);

#endif
