#pragma once
// What Linux offers and Swift's view of glibc does not: starting a child process in a given shape, waiting through a process
// descriptor, file locks, a terminal that is put back whatever signal comes. Own types only, so that no feature macro of the
// implementation reaches Swift.

/// How a child is to be started. All pointers are borrowed for the call.
struct cs_child {
    const char *path;
    char *const *arguments;    // ended by NULL, the program's name first
    char *const *environment;  // ended by NULL
    const char *folder;        // working folder; NULL: the caller's
    int user;                  // user to become, with `group` and no other group; -1: the caller's
    int group;
    int input;                 // descriptors for 0, 1 and 2; -1: the caller's
    int output;
    int errors;
    int death_signal;          // sent to the child when this process ends; 0: none
    int yields;                // non-zero: runs only while nobody else wants the processor, its own children too
    int own_group;             // non-zero: a process group of its own, so that a terminal's Ctrl-C does not reach it
    const int *handed;         // descriptors that become 3, 4, … of the child
    int handed_count;          // at most CS_HANDED_MAX
    char *process_id;          // room for 11 bytes in `environment`, where the child writes its own id; NULL: nowhere
};

enum { CS_HANDED_MAX = 512 };

/// The step that failed when `cs_spawn` did.
enum cs_step { CS_STEP_FORK, CS_STEP_FOLDER, CS_STEP_USER, CS_STEP_DESCRIPTORS, CS_STEP_EXECUTE };

/// Starts a child and waits until its program runs. Gives its process id, or minus an errno with the step in `step`.
///
/// Children are forked by one thread that lives as long as the process: the kernel sends the death signal when the *thread* that
/// forked ends, and callers' threads come and go.
int cs_spawn(const struct cs_child *child, enum cs_step *step);

/// A descriptor that becomes readable when the process ends, or minus an errno.
int cs_process_descriptor(int process);

/// Collects an ended child without waiting: 1 with its exit code or signal in `value` and `*signalled`; 0 while it runs;
/// minus an errno.
int cs_reap(int process, int *signalled, int *value);

/// Takes an exclusive lock on an open file without waiting: 0, or minus an errno (EWOULDBLOCK: somebody else holds it).
int cs_lock(int descriptor);

/// Gives the lock back, also where a child that is just being forked still has the descriptor.
void cs_unlock(int descriptor);

/// Puts the terminal on descriptor 0 into raw mode: keys come one by one, unechoed, and make no signals. 0, or minus an errno.
/// Until `cs_terminal_restore` any signal that ends the process first puts the terminal back. One caller at a time.
int cs_terminal_raw(void);

/// Puts the terminal back as it was; does nothing when it is.
void cs_terminal_restore(void);

/// Puts the terminal into raw mode again where something, such as a shell, has changed it meanwhile: 1 if so, else 0.
int cs_terminal_renew(void);

/// The size of the terminal on descriptor 1: 0, or minus an errno.
int cs_terminal_size(int *columns, int *rows);
