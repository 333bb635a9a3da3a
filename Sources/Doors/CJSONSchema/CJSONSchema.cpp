#include "CJSONSchema.h"

#include "Checker.hpp"

#include <pthread.h>

#include <cstdio>
#include <new>
#include <valijson/schema_parser.hpp>

using namespace cjsonschema_door;

struct cjsonschema {
    valijson::Schema schema;
    Patterns patterns;
};

namespace {

struct Report {
    std::vector<Violation> found;
    std::vector<cjsonschema_violation> shown;
};

re2::RE2::Options patternOptions() {
    re2::RE2::Options options;
    options.set_log_errors(false);
    return options;
}

/// Parses without recursion: the documents of others may nest as deeply as they like.
bool parse(rapidjson::Document &document, const uint8_t *bytes, size_t length) {
    constexpr unsigned flags = rapidjson::kParseIterativeFlag | rapidjson::kParseFullPrecisionFlag;
    document.Parse<flags>(reinterpret_cast<const char *>(bytes), length);
    return !document.HasParseError();
}

bool addPattern(Patterns &patterns, const std::string &text) {
    if (patterns.count(text)) return true;
    auto pattern = std::make_unique<const re2::RE2>(text, patternOptions());
    if (!pattern->ok()) return false;
    patterns.emplace(text, std::move(pattern));
    return true;
}

/// Compiles each text under `pattern` and each name under `patternProperties`, wherever they stand: one too many, such as a
/// default value's, does no harm.
bool collectPatterns(const rapidjson::Value &document, Patterns &patterns) {
    std::vector<const rapidjson::Value *> open{&document};
    while (!open.empty()) {
        const rapidjson::Value &value = *open.back();
        open.pop_back();
        if (value.IsArray()) {
            for (const auto &element : value.GetArray()) open.push_back(&element);
        } else if (value.IsObject()) {
            for (const auto &member : value.GetObject()) {
                const std::string name(member.name.GetString(), member.name.GetStringLength());
                open.push_back(&member.value);
                if (name == "pattern" && member.value.IsString()) {
                    if (!addPattern(patterns, std::string(member.value.GetString(), member.value.GetStringLength()))) return false;
                } else if (name == "patternProperties" && member.value.IsObject()) {
                    for (const auto &entry : member.value.GetObject()) {
                        if (!addPattern(patterns, std::string(entry.name.GetString(), entry.name.GetStringLength()))) return false;
                    }
                }
            }
        }
    }
    return true;
}

void say(const char *text, char *reason, size_t capacity) {
    if (reason && capacity > 0) std::snprintf(reason, capacity, "%s", text);
}

struct Reading {
    const uint8_t *bytes;
    size_t length;
    char *reason;
    size_t capacity;
    cjsonschema *compiled;
};

/// valijson reads along the references of a schema by recursion, with up to 16 KB of stack for each: CJSONSCHEMA_NESTING_MAXIMUM
/// of them need more than a common thread has. Only what is touched is ever taken.
constexpr size_t readingStack = size_t{16384} * CJSONSCHEMA_NESTING_MAXIMUM + (size_t{1} << 20);

void *read(void *argument) {
    Reading &reading = *static_cast<Reading *>(argument);
    try {
        rapidjson::Document document;
        if (!parse(document, reading.bytes, reading.length)) {
            say("it is not JSON", reading.reason, reading.capacity);
            return nullptr;
        }
        auto compiled = std::make_unique<cjsonschema>();
        if (!collectPatterns(document, compiled->patterns)) {
            say("a pattern cannot be compiled", reading.reason, reading.capacity);
            return nullptr;
        }
        valijson::SchemaParser parser(valijson::SchemaParser::kDraft7);
        parser.populateSchema(valijson::adapters::RapidJsonAdapter(document), compiled->schema);
        reading.compiled = compiled.release();
    } catch (const std::exception &error) {
        say(error.what(), reading.reason, reading.capacity);
    } catch (...) {
        say("it cannot be read", reading.reason, reading.capacity);
    }
    return nullptr;
}

cjsonschema_report failed(const char *failure) { return cjsonschema_report{nullptr, 0, nullptr, failure, nullptr}; }

}  // namespace

extern "C" cjsonschema *cjsonschema_compile(const uint8_t *bytes, size_t length, char *reason, size_t capacity) {
    Reading reading{bytes, length, reason, capacity, nullptr};
    pthread_attr_t attributes;
    pthread_t thread;
    if (pthread_attr_init(&attributes) != 0) return nullptr;
    const bool isStarted =
        pthread_attr_setstacksize(&attributes, readingStack) == 0 && pthread_create(&thread, &attributes, read, &reading) == 0;
    pthread_attr_destroy(&attributes);
    if (isStarted) {
        pthread_join(thread, nullptr);
    } else {
        say("there is no thread to read it on", reason, capacity);
    }
    return reading.compiled;
}

extern "C" void cjsonschema_release(cjsonschema *schema) { delete schema; }

extern "C" bool cjsonschema_takes_pattern(const uint8_t *bytes, size_t length) {
    try {
        return re2::RE2(re2::StringPiece(reinterpret_cast<const char *>(bytes), length), patternOptions()).ok();
    } catch (...) {
        return false;
    }
}

extern "C" cjsonschema_report cjsonschema_validate(const cjsonschema *schema, const uint8_t *bytes, size_t length, size_t limit) {
    try {
        rapidjson::Document document;
        if (!parse(document, bytes, length)) return failed("the document is not JSON");
        Checker checker(schema->patterns, limit);
        checker.run(schema->schema, document);
        auto report = std::make_unique<Report>();
        report->found = checker.takeViolations();
        for (const Violation &violation : report->found) {
            report->shown.push_back(cjsonschema_violation{
                violation.pointer.c_str(), violation.pointer.size(), violation.keyword, violation.message.c_str(),
                violation.message.size()});
        }
        const cjsonschema_violation *shown = report->shown.data();
        const size_t count = report->shown.size();
        return cjsonschema_report{shown, count, checker.unchecked(), nullptr, report.release()};
    } catch (const std::bad_alloc &) {
        return failed("not enough memory");
    } catch (...) {
        return failed("the validation broke off");
    }
}

extern "C" void cjsonschema_release_report(cjsonschema_report report) { delete static_cast<Report *>(report.storage); }
