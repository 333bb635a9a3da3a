#pragma once
// libcurl for Swift: its option setters are variadic, which Swift cannot call, so each kind of argument has a typed setter.
#include <curl/curl.h>
#include <fcntl.h>
#include <unistd.h>

typedef size_t (*clc_data_callback)(char *_Nullable bytes, size_t size, size_t count, void *_Nullable context);
typedef int (*clc_seek_callback)(void *_Nullable context, curl_off_t offset, int origin);
typedef int (*clc_trailer_callback)(struct curl_slist *_Nullable *_Nullable list, void *_Nullable context);
typedef curl_socket_t (*clc_open_callback)(void *_Nullable context, curlsocktype purpose, struct curl_sockaddr *_Nullable address);
typedef int (*clc_close_callback)(void *_Nullable context, curl_socket_t socket);
typedef int (*clc_socket_callback)(CURL *_Nullable easy, curl_socket_t socket, int what, void *_Nullable context, void *_Nullable assigned);
typedef int (*clc_timer_callback)(CURLM *_Nullable multi, long milliseconds, void *_Nullable context);

static inline CURLcode clc_set_long(CURL *_Nonnull easy, CURLoption option, long value) { return curl_easy_setopt(easy, option, value); }
static inline CURLcode clc_set_size(CURL *_Nonnull easy, CURLoption option, curl_off_t value) { return curl_easy_setopt(easy, option, value); }
static inline CURLcode clc_set_text(CURL *_Nonnull easy, CURLoption option, const char *_Nullable value) { return curl_easy_setopt(easy, option, value); }
static inline CURLcode clc_set_pointer(CURL *_Nonnull easy, CURLoption option, void *_Nullable value) { return curl_easy_setopt(easy, option, value); }
/// For CURLOPT_WRITEFUNCTION, CURLOPT_HEADERFUNCTION and CURLOPT_READFUNCTION, which share one type.
static inline CURLcode clc_set_data_callback(CURL *_Nonnull easy, CURLoption option, clc_data_callback _Nonnull value) { return curl_easy_setopt(easy, option, value); }
static inline CURLcode clc_set_seek_callback(CURL *_Nonnull easy, clc_seek_callback _Nonnull value) { return curl_easy_setopt(easy, CURLOPT_SEEKFUNCTION, value); }
static inline CURLcode clc_set_trailer_callback(CURL *_Nonnull easy, clc_trailer_callback _Nonnull value) { return curl_easy_setopt(easy, CURLOPT_TRAILERFUNCTION, value); }
static inline CURLcode clc_set_open_callback(CURL *_Nonnull easy, clc_open_callback _Nonnull value) { return curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, value); }
static inline CURLcode clc_set_close_callback(CURL *_Nonnull easy, clc_close_callback _Nonnull value) { return curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, value); }
static inline CURLcode clc_get_pointer(CURL *_Nonnull easy, CURLINFO info, void *_Nullable *_Nonnull value) { return curl_easy_getinfo(easy, info, value); }
static inline CURLcode clc_get_long(CURL *_Nonnull easy, CURLINFO info, long *_Nonnull value) { return curl_easy_getinfo(easy, info, value); }
static inline CURLcode clc_get_size(CURL *_Nonnull easy, CURLINFO info, curl_off_t *_Nonnull value) { return curl_easy_getinfo(easy, info, value); }
static inline CURLcode clc_get_socket(CURL *_Nonnull easy, CURLINFO info, curl_socket_t *_Nonnull value) { return curl_easy_getinfo(easy, info, value); }

static inline CURLMcode clc_multi_set_long(CURLM *_Nonnull multi, CURLMoption option, long value) { return curl_multi_setopt(multi, option, value); }
static inline CURLMcode clc_multi_set_pointer(CURLM *_Nonnull multi, CURLMoption option, void *_Nullable value) { return curl_multi_setopt(multi, option, value); }
static inline CURLMcode clc_multi_set_socket_callback(CURLM *_Nonnull multi, clc_socket_callback _Nonnull value) { return curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, value); }
static inline CURLMcode clc_multi_set_timer_callback(CURLM *_Nonnull multi, clc_timer_callback _Nonnull value) { return curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, value); }

/// Opens the socket that libcurl wants, closed in children that the process starts.
static inline curl_socket_t clc_open_socket(const struct curl_sockaddr *_Nonnull address) {
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static inline int clc_close_socket(curl_socket_t socket) { return close(socket); }

static inline curl_socket_t clc_duplicate_socket(curl_socket_t socket) { return fcntl(socket, F_DUPFD_CLOEXEC, 0); }
