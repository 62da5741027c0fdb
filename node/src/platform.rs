//! What differs between operating systems: signals and file permissions. Nothing outside this module is Unix-only.
