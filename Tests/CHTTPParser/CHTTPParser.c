#include "CHTTPParser.h"
#include <http_parser.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct text {
    uint8_t *bytes;
    size_t count, room;
    int failed;
};

struct account {
    struct text lines, body;
    int in_value, in_field, after_headers;
};

static void add(struct text *text, const void *bytes, size_t count) {
    if (text->failed) return;
    if (text->count + count > text->room) {
        size_t room = (text->count + count) * 2 + 64;
        uint8_t *grown = realloc(text->bytes, room);
        if (!grown) {
            text->failed = 1;
            return;
        }
        text->bytes = grown;
        text->room = room;
    }
    if (count) memcpy(text->bytes + text->count, bytes, count);
    text->count += count;
}

static void say(struct account *account, const char *words) { add(&account->lines, words, strlen(words)); }

static void end_line(struct account *account) {
    if (account->in_field && !account->in_value) say(account, ":");
    if (account->in_field || account->in_value) say(account, "\n");
    account->in_field = account->in_value = 0;
}

static int on_begin(http_parser *parser) {
    struct account *account = parser->data;
    account->body.count = 0;
    account->after_headers = 0;
    return 0;
}

static int on_url(http_parser *parser, const char *at, size_t length) {
    struct account *account = parser->data;
    if (!account->in_value) {
        say(account, "M ");
        say(account, http_method_str(parser->method));
        say(account, "\nU ");
    }
    account->in_value = 1;
    add(&account->lines, at, length);
    return 0;
}

static int on_field(http_parser *parser, const char *at, size_t length) {
    struct account *account = parser->data;
    if (account->in_value) end_line(account);
    if (!account->in_field) say(account, account->after_headers ? "T " : "H ");
    account->in_field = 1;
    add(&account->lines, at, length);
    return 0;
}

static int on_value(http_parser *parser, const char *at, size_t length) {
    struct account *account = parser->data;
    if (!account->in_value) say(account, ":");
    account->in_value = 1;
    add(&account->lines, at, length);
    return 0;
}

static int on_headers(http_parser *parser) {
    struct account *account = parser->data;
    end_line(account);
    char version[32];
    snprintf(version, sizeof version, "V %u.%u\n", parser->http_major, parser->http_minor);
    say(account, version);
    account->after_headers = 1;
    parser->upgrade = 0; // what follows is read as HTTP, as by a server that refuses to switch
    return 0;
}

static int on_body(http_parser *parser, const char *at, size_t length) {
    struct account *account = parser->data;
    add(&account->body, at, length);
    return 0;
}

static int on_complete(http_parser *parser) {
    struct account *account = parser->data;
    end_line(account);
    char line[48];
    snprintf(line, sizeof line, "B %zu\n", account->body.count);
    say(account, line);
    add(&account->lines, account->body.bytes, account->body.count);
    int keeps = http_should_keep_alive(parser);
    say(account, keeps ? "\nE 1\n" : "\nE 0\n");
    if (!keeps) http_parser_pause(parser, 1);
    return 0;
}

uint8_t *chp_read(const uint8_t *bytes, size_t count, size_t *length) {
    static const http_parser_settings settings = {
        .on_message_begin = on_begin, .on_url = on_url, .on_header_field = on_field, .on_header_value = on_value,
        .on_headers_complete = on_headers, .on_body = on_body, .on_message_complete = on_complete,
    };
    struct account account = {0};
    http_parser parser;
    http_parser_init(&parser, HTTP_REQUEST);
    parser.data = &account;
    http_parser_execute(&parser, &settings, (const char *)bytes, count);
    enum http_errno error = HTTP_PARSER_ERRNO(&parser);
    if (error != HPE_OK && error != HPE_PAUSED) {
        end_line(&account);
        say(&account, "X ");
        say(&account, http_errno_name(error));
        say(&account, "\n");
    }
    add(&account.lines, "", 0);
    free(account.body.bytes);
    if (account.lines.failed || account.body.failed) {
        free(account.lines.bytes);
        return NULL;
    }
    *length = account.lines.count;
    return account.lines.bytes ? account.lines.bytes : calloc(1, 1);
}
