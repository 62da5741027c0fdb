/* Preloaded into a process, notes every change it makes under TRACE_ROOT in the file TRACE_LOG, in the order it happened.
 *
 * A note is op u8, path length u16, path, offset u64, data length u64, data (little-endian as the machine is). Ops: C made a
 * file, W wrote, T set the length (offset), F synced a file or a folder, N renamed (data: the new name), U removed. One lock
 * is held from the call until it is noted, so that what is noted before a sync happened before it. `tests::crash` reads it.
 * Calls that are not wrapped here (mapped memory, io_uring) would go unnoticed; the store makes none. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int log_fd = -1;
static const char *root;

static int under_root(const char *path) {
  if (log_fd == -1) {
    const char *log = getenv("TRACE_LOG");
    root = getenv("TRACE_ROOT");
    log_fd = log && root ? syscall(SYS_openat, AT_FDCWD, log, O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0644) : -2;
  }
  return log_fd >= 0 && !strncmp(path, root, strlen(root));
}

static int path_of(int fd, char *path, size_t size) {
  char link[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, size - 1);
  if (length < 0) return 0;
  path[length] = 0;
  return under_root(path);
}

static void note(char op, const char *path, uint64_t offset, const void *data, uint64_t bytes) {
  uint16_t path_bytes = strlen(path);
  size_t size = 1 + 2 + path_bytes + 8 + 8 + bytes;
  char *all = malloc(size), *at = all;
  *at++ = op;
  memcpy(at, &path_bytes, 2), at += 2;
  memcpy(at, path, path_bytes), at += path_bytes;
  memcpy(at, &offset, 8), at += 8;
  memcpy(at, &bytes, 8), at += 8;
  if (bytes) memcpy(at, data, bytes);
  for (size_t done = 0; done < size;) {
    long step = syscall(SYS_write, log_fd, all + done, size - done);
    if (step <= 0) abort(); /* A trace with a hole would prove nothing. */
    done += step;
  }
  free(all);
}

static int open_noted(int dir, const char *path, int flags, int mode) {
  if (!(flags & (O_CREAT | O_TRUNC)) || !under_root(path)) return syscall(SYS_openat, dir, path, flags, mode);
  pthread_mutex_lock(&lock);
  int existed = syscall(SYS_faccessat, AT_FDCWD, path, F_OK) == 0;
  int fd = syscall(SYS_openat, dir, path, flags, mode);
  if (fd >= 0 && !existed) note('C', path, 0, 0, 0);
  if (fd >= 0 && existed && (flags & O_TRUNC)) note('T', path, 0, 0, 0);
  pthread_mutex_unlock(&lock);
  return fd;
}

#define MODE(flags) int mode = 0; if ((flags) & O_CREAT) { va_list rest; va_start(rest, flags); mode = va_arg(rest, int); va_end(rest); }
int open(const char *path, int flags, ...) { MODE(flags) return open_noted(AT_FDCWD, path, flags, mode); }
int open64(const char *path, int flags, ...) { MODE(flags) return open_noted(AT_FDCWD, path, flags, mode); }
int openat(int dir, const char *path, int flags, ...) { MODE(flags) return open_noted(dir, path, flags, mode); }
int openat64(int dir, const char *path, int flags, ...) { MODE(flags) return open_noted(dir, path, flags, mode); }

ssize_t pwrite64(int fd, const void *data, size_t bytes, off64_t offset) {
  char path[4096];
  pthread_mutex_lock(&lock);
  ssize_t written = syscall(SYS_pwrite64, fd, data, bytes, offset);
  if (written > 0 && path_of(fd, path, sizeof path)) note('W', path, offset, data, written);
  pthread_mutex_unlock(&lock);
  return written;
}
ssize_t pwrite(int fd, const void *data, size_t bytes, off_t offset) { return pwrite64(fd, data, bytes, offset); }

ssize_t write(int fd, const void *data, size_t bytes) {
  char path[4096];
  if (fd <= 2) return syscall(SYS_write, fd, data, bytes);
  pthread_mutex_lock(&lock);
  ssize_t written = syscall(SYS_write, fd, data, bytes);
  if (written > 0 && path_of(fd, path, sizeof path)) note('W', path, lseek(fd, 0, SEEK_CUR) - written, data, written);
  pthread_mutex_unlock(&lock);
  return written;
}

static int truncate_noted(int fd, off64_t bytes) {
  char path[4096];
  pthread_mutex_lock(&lock);
  int result = syscall(SYS_ftruncate, fd, bytes);
  if (!result && path_of(fd, path, sizeof path)) note('T', path, bytes, 0, 0);
  pthread_mutex_unlock(&lock);
  return result;
}
int ftruncate(int fd, off_t bytes) { return truncate_noted(fd, bytes); }
int ftruncate64(int fd, off64_t bytes) { return truncate_noted(fd, bytes); }

static int sync_noted(long call, int fd) {
  char path[4096];
  pthread_mutex_lock(&lock);
  int result = syscall(call, fd);
  if (!result && path_of(fd, path, sizeof path)) note('F', path, 0, 0, 0);
  pthread_mutex_unlock(&lock);
  return result;
}
int fsync(int fd) { return sync_noted(SYS_fsync, fd); }
int fdatasync(int fd) { return sync_noted(SYS_fdatasync, fd); }

int rename(const char *from, const char *to) {
  pthread_mutex_lock(&lock);
  int result = syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
  if (!result && under_root(from)) note('N', from, 0, to, strlen(to));
  pthread_mutex_unlock(&lock);
  return result;
}

int unlink(const char *path) {
  pthread_mutex_lock(&lock);
  int result = syscall(SYS_unlinkat, AT_FDCWD, path, 0);
  if (!result && under_root(path)) note('U', path, 0, 0, 0);
  pthread_mutex_unlock(&lock);
  return result;
}
