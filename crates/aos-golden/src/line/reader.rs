//! Reading a golden line by line, while its MAC is computed over the same bytes.

use std::io::{self, BufRead, BufReader, Read};

use crate::{MAX_LINE_BYTES, error::Damage, key::Mac};

/// Yields lines without their ends, one at a time in a buffer that is used again.
pub(crate) struct LineReader<R> {
    reader: BufReader<R>,
    line: Vec<u8>,
    n_lines: usize,
    n_bytes: u64,
    mac: Option<Mac>,
}

impl<R: Read> LineReader<R> {
    /// Returns the lines of `reader`; `mac` takes in every byte that is read.
    pub(crate) fn new(reader: R, mac: Option<Mac>) -> Self {
        Self {
            reader: BufReader::with_capacity(64 * 1024, reader),
            line: Vec::new(),
            n_lines: 0,
            n_bytes: 0,
            mac,
        }
    }

    /// Returns the next line; `None` at the end.
    pub(crate) fn next_line(&mut self) -> io::Result<Option<Result<&[u8], Damage>>> {
        self.line.clear();
        let most = MAX_LINE_BYTES as u64 + 1;
        let n_read = (&mut self.reader).take(most).read_until(b'\n', &mut self.line)?;
        if n_read == 0 {
            return Ok(None);
        }
        self.n_lines += 1;
        self.n_bytes += n_read as u64;
        if let Some(mac) = &mut self.mac {
            mac.update(&self.line);
        }
        let line = self.n_lines;
        Ok(Some(match self.line.split_last() {
            Some((b'\n', content)) => Ok(content),
            _ if self.line.len() > MAX_LINE_BYTES => Err(Damage::LineTooLong { line }),
            _ => Err(Damage::TornLine { line }),
        }))
    }

    /// Returns the number of lines read so far.
    pub(crate) const fn n_lines(&self) -> usize {
        self.n_lines
    }

    /// Reads the rest without looking at it, and returns the number of all bytes and the MAC over them.
    pub(crate) fn finish(mut self) -> io::Result<(u64, Option<Mac>)> {
        loop {
            let bytes = self.reader.fill_buf()?;
            if bytes.is_empty() {
                return Ok((self.n_bytes, self.mac));
            }
            if let Some(mac) = &mut self.mac {
                mac.update(bytes);
            }
            let n_read = bytes.len();
            self.n_bytes += n_read as u64;
            self.reader.consume(n_read);
        }
    }
}
