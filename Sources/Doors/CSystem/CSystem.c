#define _GNU_SOURCE
#include "CSystem.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#ifndef CLOSE_RANGE_CLOEXEC
#define CLOSE_RANGE_CLOEXEC (1U << 2)
#endif

// Of ioprio_set(2), for which there is no header.
enum { CS_IOPRIO_WHO_PROCESS = 1, CS_IOPRIO_BEST_EFFORT = 2 << 13 | 4 };

struct failure {
    enum cs_step step;
    int code;
};

// In the child, between fork and exec: only async-signal-safe calls from here on.

static void fail(int report, enum cs_step step) {
    struct failure failure = {step, errno};
    ssize_t ignored = write(report, &failure, sizeof failure);
    (void)ignored;
    _exit(127);
}

// A descriptor that is to become another may itself be one of those: all are first moved above them.
static int lift(int descriptor, int above) { return descriptor < 0 ? -1 : fcntl(descriptor, F_DUPFD_CLOEXEC, above); }

// sprintf is not async-signal-safe.
static void write_number(char *text, int number) {
    char digits[11];
    int count = 0;
    do digits[count++] = (char)('0' + number % 10);
    while ((number /= 10) > 0);
    while (count > 0) *text++ = digits[--count];
    *text = 0;
}

static void run_child(const struct cs_child *child, int parent, int report) {
    int above = 3 + child->handed_count;
    report = fcntl(report, F_DUPFD_CLOEXEC, above);
    int wanted[3] = {lift(child->input, above), lift(child->output, above), lift(child->errors, above)};
    int handed[CS_HANDED_MAX];
    for (int place = 0; place < child->handed_count; place++) {
        handed[place] = lift(child->handed[place], above);
        if (handed[place] < 0) fail(report, CS_STEP_DESCRIPTORS);
    }
    for (int target = 0; target < 3; target++) {
        if (wanted[target] >= 0 && dup2(wanted[target], target) < 0) fail(report, CS_STEP_DESCRIPTORS);
    }
    if (syscall(SYS_close_range, 3U, ~0U, CLOSE_RANGE_CLOEXEC) != 0) {
        // Kernels before 5.11.
        for (int descriptor = 3; descriptor < 4096; descriptor++) fcntl(descriptor, F_SETFD, FD_CLOEXEC);
    }
    for (int place = 0; place < child->handed_count; place++) {
        if (dup2(handed[place], 3 + place) < 0) fail(report, CS_STEP_DESCRIPTORS);
    }
    if (child->process_id) write_number(child->process_id, getpid());
    if (child->own_group) setpgid(0, 0);
    if (child->yields) {
        // A kernel or container that refuses it leaves the child as it was. Without a rank of its own for the disk, one that yields
        // the processor would yield the disk as well, and with it every commit.
        struct sched_param unused = {0};
        sched_setscheduler(0, SCHED_IDLE, &unused);
        syscall(SYS_ioprio_set, CS_IOPRIO_WHO_PROCESS, 0, CS_IOPRIO_BEST_EFFORT);
    }
    if (child->user >= 0) {
        gid_t group = (gid_t)child->group;
        if (setgroups(1, &group) != 0 || setgid(group) != 0 || setuid((uid_t)child->user) != 0) fail(report, CS_STEP_USER);
    }
    if (child->folder && chdir(child->folder) != 0) fail(report, CS_STEP_FOLDER);
    if (child->death_signal) {
        // A change of user clears the death signal, so it is set after that.
        prctl(PR_SET_PDEATHSIG, child->death_signal);
        // The parent may have died before: then no signal will ever come.
        if (getppid() != parent) _exit(127);
    }
    // Ignored signals outlive exec; a program expects to start with none ignored and none blocked.
    for (int number = 1; number < NSIG; number++) signal(number, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    execve(child->path, child->arguments, child->environment);
    fail(report, CS_STEP_EXECUTE);
}

static int fork_child(const struct cs_child *child, enum cs_step *step) {
    int report[2];
    *step = CS_STEP_FORK;
    if (pipe2(report, O_CLOEXEC) != 0) return -errno;
    int parent = getpid();
    pid_t process = fork();
    if (process == 0) run_child(child, parent, report[1]);
    int code = errno;
    close(report[1]);
    if (process < 0) {
        close(report[0]);
        return -code;
    }
    struct failure failure;
    ssize_t count;
    do count = read(report[0], &failure, sizeof failure);
    while (count < 0 && errno == EINTR);
    close(report[0]);
    if (count != sizeof failure) return process;
    while (waitpid(process, NULL, 0) < 0 && errno == EINTR) {}
    *step = failure.step;
    return -failure.code;
}

// The thread that forks. `turn` guards the slot; one request is in it at a time.

static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t slot = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static const struct cs_child *request;
static enum cs_step answer_step;
static int answer;
static int has_answer;
static int forker_runs;

static void *forker(void *unused) {
    (void)unused;
    pthread_setname_np(pthread_self(), "forker");
    pthread_mutex_lock(&slot);
    for (;;) {
        while (!request) pthread_cond_wait(&changed, &slot);
        answer = fork_child(request, &answer_step);
        request = NULL;
        has_answer = 1;
        pthread_cond_broadcast(&changed);
    }
    return NULL;
}

static int start_forker(void) {
    if (forker_runs) return 0;
    // No handler of the process may run in this thread, nor in a child before it has reset them.
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pthread_t thread;
    int code = pthread_create(&thread, NULL, forker, NULL);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (code != 0) return -code;
    pthread_detach(thread);
    forker_runs = 1;
    return 0;
}

int cs_spawn(const struct cs_child *child, enum cs_step *step) {
    *step = CS_STEP_DESCRIPTORS;
    if (child->handed_count > CS_HANDED_MAX) return -E2BIG;
    pthread_mutex_lock(&turn);
    *step = CS_STEP_FORK;
    int result = start_forker();
    if (result == 0) {
        pthread_mutex_lock(&slot);
        request = child;
        has_answer = 0;
        pthread_cond_broadcast(&changed);
        while (!has_answer) pthread_cond_wait(&changed, &slot);
        result = answer;
        *step = answer_step;
        pthread_mutex_unlock(&slot);
    }
    pthread_mutex_unlock(&turn);
    return result;
}

int cs_process_descriptor(int process) {
    int descriptor = (int)syscall(SYS_pidfd_open, process, 0);
    return descriptor < 0 ? -errno : descriptor;
}

int cs_reap(int process, int *signalled, int *value) {
    int status;
    pid_t found;
    do found = waitpid(process, &status, WNOHANG);
    while (found < 0 && errno == EINTR);
    if (found < 0) return -errno;
    if (found == 0) return 0;
    *signalled = WIFSIGNALED(status);
    *value = WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status);
    return 1;
}

int cs_lock(int descriptor) {
    int result;
    do result = flock(descriptor, LOCK_EX | LOCK_NB);
    while (result != 0 && errno == EINTR);
    return result == 0 ? 0 : -errno;
}

void cs_unlock(int descriptor) { flock(descriptor, LOCK_UN); }

// The terminal. `is_raw` is set after the modes before are in `modes_before`, so that a handler never restores anything else.

static struct termios modes_before;
static struct termios modes_raw;
static volatile sig_atomic_t is_raw;

// Signals that end a process, a trap of its own included.
static const int deadly[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV, SIGXCPU, SIGALRM};
enum { deadly_count = sizeof deadly / sizeof *deadly };
static struct sigaction actions_before[deadly_count];

// tcsetattr and raise are async-signal-safe. The default action was put back by SA_RESETHAND, so the signal now ends the process.
static void restore_and_die(int number) {
    if (is_raw) tcsetattr(0, TCSANOW, &modes_before);
    raise(number);
}

int cs_terminal_raw(void) {
    if (is_raw) return 0;
    if (tcgetattr(0, &modes_before) != 0) return -errno;
    modes_raw = modes_before;
    modes_raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ISIG | IEXTEN);
    modes_raw.c_iflag &= ~(tcflag_t)(IXON | ICRNL | INLCR | ISTRIP);
    modes_raw.c_cc[VMIN] = 1;
    modes_raw.c_cc[VTIME] = 0;
    is_raw = 1;
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = restore_and_die;
    action.sa_flags = (int)(SA_RESETHAND | SA_NODEFER);
    for (int place = 0; place < deadly_count; place++) sigaction(deadly[place], &action, &actions_before[place]);
    if (tcsetattr(0, TCSADRAIN, &modes_raw) == 0) return 0;
    int code = errno;
    cs_terminal_restore();
    return -code;
}

void cs_terminal_restore(void) {
    if (!is_raw) return;
    tcsetattr(0, TCSADRAIN, &modes_before);
    is_raw = 0;
    for (int place = 0; place < deadly_count; place++) sigaction(deadly[place], &actions_before[place], NULL);
}

int cs_terminal_renew(void) {
    struct termios now;
    if (!is_raw || tcgetattr(0, &now) != 0 || (now.c_lflag & (ICANON | ECHO)) == 0) return 0;
    return tcsetattr(0, TCSADRAIN, &modes_raw) == 0;
}

int cs_terminal_size(int *columns, int *rows) {
    struct winsize size;
    if (ioctl(1, TIOCGWINSZ, &size) != 0) return -errno;
    *columns = size.ws_col;
    *rows = size.ws_row;
    return 0;
}
