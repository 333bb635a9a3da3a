#pragma once
// JSON documents against JSON Schema draft 7: valijson reads the schema, RapidJSON the document, RE2 its patterns. A plain C
// header: neither C++ nor these libraries show through it, and no exception crosses it.
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// A schema that has been read. Nothing changes it, so that any number of threads may validate by it at once.
typedef struct cjsonschema cjsonschema;

/// Reads a schema. Returns NULL when it is none, or memory is short; `reason`, where not NULL, then receives why, cut to
/// `reason_capacity` bytes with the NUL at its end. The result belongs to the caller, who gives it to `cjsonschema_release` once.
///
/// The caller promises: the bytes are a JSON document; a `$ref` is `#/definitions/NAME` and never leads to nothing but another
/// `$ref`; there is no `$id` and no `format`; no name of a property holds a NUL; RE2 takes each pattern; the containers of all
/// definitions together nest no deeper than CJSONSCHEMA_NESTING_MAXIMUM.
cjsonschema *_Nullable cjsonschema_compile(
    const uint8_t *_Nonnull bytes, size_t length, char *_Nullable reason, size_t reason_capacity);

#define CJSONSCHEMA_NESTING_MAXIMUM 5000

/// Frees a schema.
void cjsonschema_release(cjsonschema *_Nonnull schema);

/// Whether RE2 can take a regular expression: it has no back-references and does not look around.
bool cjsonschema_takes_pattern(const uint8_t *_Nullable bytes, size_t length);

/// One thing in a document that its schema does not allow. The texts end with a NUL that their lengths leave out.
typedef struct cjsonschema_violation {
    /// JSON Pointer to the value.
    const char *_Nonnull pointer;
    size_t pointer_length;
    /// The keyword that the value violates; lives as long as the program.
    const char *_Nonnull keyword;
    /// A few words: what should be and what is.
    const char *_Nonnull message;
    size_t message_length;
} cjsonschema_violation;

/// What a validation found. Belongs to the caller, who gives it to `cjsonschema_release_report` once; what it points to lives
/// until then.
typedef struct cjsonschema_report {
    const cjsonschema_violation *_Nullable violations;
    size_t violation_count;
    /// The keyword at which the bounds of depth or work ended the validation; NULL when it went to its end. Violations found
    /// until then are violations all the same.
    const char *_Nullable unchecked;
    /// Why there was no validation; NULL when there was one.
    const char *_Nullable failure;
    void *_Nullable storage;
} cjsonschema_report;

/// Validates a document of UTF-8 JSON in which no object repeats a name. Stops at `limit` violations. Numbers compare as
/// doubles; a number without fraction is an integer however it is written.
cjsonschema_report cjsonschema_validate(const cjsonschema *_Nonnull schema, const uint8_t *_Nonnull bytes, size_t length, size_t limit);

/// Frees a report.
void cjsonschema_release_report(cjsonschema_report report);

#ifdef __cplusplus
}
#endif
