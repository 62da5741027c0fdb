//! The browser's entry: everything else is in `lib.rs`.

fn main() {
    web::run();
}
