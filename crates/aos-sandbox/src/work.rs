//! How much the lexers and decoders look at, counted in debug builds only, so that tests can hold it in proportion to the
//! length of a text without a clock.

#[cfg(debug_assertions)]
thread_local! {
    static BYTES: std::cell::Cell<u64> = const { std::cell::Cell::new(0) };
}

/// Counts bytes that are looked at.
#[inline]
pub(crate) fn add(n_bytes: usize) {
    #[cfg(debug_assertions)]
    BYTES.set(BYTES.get() + n_bytes as u64);
    #[cfg(not(debug_assertions))]
    let _ = n_bytes;
}

/// Returns how many bytes this thread has looked at since it was asked last.
#[cfg(all(feature = "score", debug_assertions))]
pub(crate) fn take() -> u64 {
    BYTES.replace(0)
}
