//! What differs between operating systems: signals, file permissions, time that never jumps, telling the service manager. Nothing outside this
//! module is Unix-only; on Windows permissions come from the folder, and Ctrl-C is the only signal.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::Path;

/// Ends when the process is asked to stop (SIGTERM or SIGINT; Ctrl-C on Windows).
///
/// # Errors
/// When the signals cannot be watched.
pub async fn shutdown_signal() -> io::Result<()> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        Ok(())
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await
}

/// Measures time from a moment on: it never jumps, whatever is done to the computer's clock. Sleep counts where the system says it.
#[derive(Debug, Clone, Copy)]
pub struct Stopwatch {
    #[cfg(target_os = "linux")]
    begun: rustix::time::Timespec,
    #[cfg(not(target_os = "linux"))]
    begun: std::time::Instant,
}

impl Stopwatch {
    /// Begins now.
    #[must_use]
    pub fn start() -> Self {
        Self {
            #[cfg(target_os = "linux")]
            begun: rustix::time::clock_gettime(rustix::time::ClockId::Boottime),
            #[cfg(not(target_os = "linux"))]
            begun: std::time::Instant::now(),
        }
    }

    /// Milliseconds since it began.
    #[must_use]
    pub fn elapsed_ms(&self) -> i64 {
        #[cfg(target_os = "linux")]
        {
            let now = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
            (now.tv_sec - self.begun.tv_sec) * 1_000
                + (now.tv_nsec - self.begun.tv_nsec) / 1_000_000
        }
        #[cfg(not(target_os = "linux"))]
        i64::try_from(self.begun.elapsed().as_millis()).unwrap_or(i64::MAX)
    }
}

/// Makes a folder only this account can look into. A folder that is there already is left as it is.
///
/// # Errors
/// When the folder cannot be made.
pub fn create_private_dir(path: &Path) -> io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Opens a file only this account can read for writing, and makes it where there is none. What it holds stays.
///
/// # Errors
/// When the file cannot be opened.
pub fn create_private(path: &Path) -> io::Result<File> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Writes a file only this account can read, durably, in one step: after a power cut it is there whole or not at all.
///
/// # Errors
/// When the file cannot be written.
pub fn write_private(path: &Path, content: &[u8]) -> io::Result<()> {
    let fresh = path.with_extension("new");
    let mut file = create_private(&fresh)?;
    file.set_len(0)?;
    file.write_all(content)?;
    file.sync_all()?;
    drop(file);
    std::fs::rename(&fresh, path)?;
    match path.parent() {
        Some(folder) => sync_dir(folder),
        None => Ok(()),
    }
}

/// Makes a file whose space is taken, not promised.
///
/// # Errors
/// When there is no room, or the file cannot be made.
pub fn allocate(path: &Path, bytes: u64) -> io::Result<()> {
    let mut file = File::create(path)?;
    #[cfg(target_os = "linux")]
    {
        use rustix::fs::{FallocateFlags, fallocate};
        use rustix::io::Errno;
        match fallocate(&file, FallocateFlags::empty(), 0, bytes) {
            Ok(()) => return file.sync_all(),
            Err(Errno::OPNOTSUPP | Errno::NOSYS) => {}
            Err(error) => return Err(error.into()),
        }
    }
    let zeros = vec![0; 1 << 16];
    let mut left = bytes;
    while left > 0 {
        let step = left.min(zeros.len() as u64);
        file.write_all(zeros.get(..step as usize).unwrap_or(&zeros))?;
        left -= step;
    }
    file.sync_all()
}

/// Makes the names in a folder durable, where the operating system can.
///
/// # Errors
/// When the folder cannot be synced.
pub fn sync_dir(path: &Path) -> io::Result<()> {
    if cfg!(unix) {
        // The parent of a relative path of one part is the empty path.
        let path = if path.as_os_str().is_empty() {
            Path::new(".")
        } else {
            path
        };
        File::open(path)?.sync_all()?;
    }
    Ok(())
}

/// Finds out whether files can be made in a folder, by making one.
///
/// # Errors
/// As the operating system says.
pub fn try_writing(dir: &Path) -> io::Result<()> {
    let probe = dir.join(format!(".probe-{}", std::process::id()));
    let written = File::create(&probe).and_then(|mut file| file.write_all(b"probe"));
    let removed = std::fs::remove_file(&probe);
    written.and(removed)
}

/// The account a file belongs to, where the system numbers accounts.
#[must_use]
pub fn owner(path: &Path) -> Option<u32> {
    #[cfg(unix)]
    {
        let found = std::fs::metadata(path).ok()?;
        Some(std::os::unix::fs::MetadataExt::uid(&found))
    }
    #[cfg(not(unix))]
    {
        let _ = path;
        None
    }
}

/// True when other accounts can read a file that is there, where a file says so itself.
#[must_use]
pub fn is_open_to_others(path: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::metadata(path).is_ok_and(|found| found.permissions().mode() & 0o077 != 0)
    }
    #[cfg(not(unix))]
    {
        let _ = path;
        false
    }
}

/// Bytes this account may still write where a folder lies, where the system says it.
#[must_use]
pub fn free_bytes(dir: &Path) -> Option<u64> {
    #[cfg(target_os = "linux")]
    {
        let found = rustix::fs::statvfs(dir).ok()?;
        Some(found.f_bavail.saturating_mul(found.f_frsize))
    }
    #[cfg(not(target_os = "linux"))]
    {
        let _ = dir;
        None
    }
}

/// The name of the file system of a folder, when it is one that loses data in a power cut or lies elsewhere.
#[must_use]
pub fn unfit_file_system(dir: &Path) -> Option<&'static str> {
    #[cfg(target_os = "linux")]
    {
        let found = rustix::fs::statfs(dir).ok()?;
        // Numbers of linux/magic.h.
        match found.f_type as u64 & 0xffff_ffff {
            0x4d44 => Some("FAT"),
            0x2011_bab0 => Some("exFAT"),
            0x6969 => Some("NFS"),
            0x517b | 0xff53_4d42 | 0xfe53_4d42 => Some("SMB"),
            0x0102_1997 => Some("9P"),
            0x8584_58f6 => Some("ramfs"),
            _ => None,
        }
    }
    #[cfg(not(target_os = "linux"))]
    {
        let _ = dir;
        None
    }
}

/// What the service manager is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ServiceState {
    /// Requests are served.
    Ready,
    /// The process is on its way out.
    Stopping,
}

/// Tells systemd, when it started this process; elsewhere it does nothing.
pub fn notify_service(state: ServiceState) {
    #[cfg(unix)]
    {
        let state = match state {
            ServiceState::Ready => sd_notify::NotifyState::Ready,
            ServiceState::Stopping => sd_notify::NotifyState::Stopping,
        };
        if let Err(error) = sd_notify::notify(&[state]) {
            tracing::debug!(%error, "the service manager was not told");
        }
    }
    #[cfg(not(unix))]
    let _ = state;
}

/// The environment of a child that will limit itself. The allocator otherwise reserves a gigabyte of address space at the start, all of
/// which a child could use whatever limit it sets itself later.
pub const LIMITED: [(&str, &str); 1] = [("MIMALLOC_ARENA_RESERVE", "0")];

/// Limits what this process may use from now on, where the system can: bytes of address space and seconds of processor time.
///
/// # Errors
/// When the system refuses the limits.
pub fn limit_this_process(memory_bytes: u64, cpu_seconds: u64) -> std::io::Result<()> {
    #[cfg(unix)]
    {
        rlimit::setrlimit(rlimit::Resource::AS, memory_bytes, memory_bytes)?;
        rlimit::setrlimit(rlimit::Resource::CPU, cpu_seconds, cpu_seconds)?;
        // A crash under these limits is expected and leaves no core file behind.
        rlimit::setrlimit(rlimit::Resource::CORE, 0, 0)?;
    }
    #[cfg(not(unix))]
    let _ = (memory_bytes, cpu_seconds);
    Ok(())
}
