//! A rate with its interval of confidence.

/// How many of how many.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rate {
    /// How many were hit.
    pub n_hits: usize,
    /// How many there were.
    pub n: usize,
}

#[expect(clippy::cast_precision_loss, reason = "counts of rows are far below 2^52")]
impl Rate {
    /// Counts one more.
    pub fn add(&mut self, hit: bool) {
        self.n += 1;
        self.n_hits += usize::from(hit);
    }

    /// Returns the rate in per cent; zero for none of none.
    #[must_use]
    pub fn per_cent(self) -> f64 {
        if self.n == 0 {
            0.0
        } else {
            100.0 * self.n_hits as f64 / self.n as f64
        }
    }

    /// Returns the 95 % interval in per cent.
    ///
    /// Source: E. B. Wilson, "Probable inference, the law of succession, and statistical inference", 1927.
    #[must_use]
    pub fn interval(self) -> (f64, f64) {
        if self.n == 0 {
            return (0.0, 100.0);
        }
        const Z: f64 = 1.959_964;
        let n = self.n as f64;
        let p = self.n_hits as f64 / n;
        let scale = 1.0 + Z * Z / n;
        let centre = (p + Z * Z / (2.0 * n)) / scale;
        let half = Z * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt() / scale;
        (
            (100.0 * (centre - half)).max(0.0),
            (100.0 * (centre + half)).min(100.0),
        )
    }
}
