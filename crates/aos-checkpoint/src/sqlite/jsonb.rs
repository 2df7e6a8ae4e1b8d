//! Arrays in SQLite's binary JSON, as the one bound value of a statement over many rows.
//!
//! A batch of any size is then one text of SQL and one value, and SQLite neither parses nor unescapes: half the work
//! of the same statement over JSON as text. The form is documented at <https://sqlite.org/jsonb.html>: each element
//! is a header, whose low four bits are the type and whose high four bits are the size of what follows or tell where
//! that size stands.

const NULL: u8 = 0x0;
const INTEGER: u8 = 0x3;
/// Text as it is, without escapes.
const TEXT: u8 = 0xa;
const ARRAY: u8 = 0xb;

/// The elements of one array, in their binary form.
#[derive(Debug, Default)]
pub(super) struct Array(Vec<u8>);

impl Array {
    /// Appends a text of any characters.
    pub(super) fn text(&mut self, text: &str) -> &mut Self {
        self.element(TEXT, text.as_bytes())
    }

    /// Appends a text or null.
    pub(super) fn optional_text(&mut self, text: Option<&str>) -> &mut Self {
        match text {
            Some(text) => self.text(text),
            None => self.element(NULL, &[]),
        }
    }

    /// Appends an integer.
    pub(super) fn integer(&mut self, integer: i64) -> &mut Self {
        self.element(INTEGER, itoa::Buffer::new().format(integer).as_bytes())
    }

    /// Appends the array of what `fill` appends.
    pub(super) fn array(&mut self, fill: impl FnOnce(&mut Self)) -> &mut Self {
        // The size stands before what it is the size of, which is not copied for that: it always takes eight bytes.
        self.0.extend_from_slice(&[0xf0 | ARRAY, 0, 0, 0, 0, 0, 0, 0, 0]);
        let start = self.0.len();
        fill(self);
        let size = (self.0.len() - start).to_be_bytes();
        self.0[start - size.len()..start].copy_from_slice(&size);
        self
    }

    /// Returns an empty list with room for so many bytes.
    pub(super) fn with_capacity(bytes: usize) -> Self {
        Self(Vec::with_capacity(bytes))
    }

    /// Returns the number of bytes that the elements take.
    pub(super) fn size(&self) -> usize {
        self.0.len()
    }

    /// Returns one array of the elements of all `arrays`, as a value to bind.
    pub(super) fn value_of_all<'a>(arrays: impl Iterator<Item = &'a Self> + Clone) -> Vec<u8> {
        let size = arrays.clone().map(Self::size).sum();
        let mut value = Self(Vec::with_capacity(size + 9));
        value.header(ARRAY, size);
        for array in arrays {
            value.0.extend_from_slice(&array.0);
        }
        value.0
    }

    fn element(&mut self, kind: u8, content: &[u8]) -> &mut Self {
        self.header(kind, content.len());
        self.0.extend_from_slice(content);
        self
    }

    fn header(&mut self, kind: u8, size: usize) {
        let bytes = size.to_be_bytes();
        match size {
            // Up to 11 stands in the header itself; 12, 13 and 15 there say that 1, 2 or 8 bytes follow.
            0..=11 => self.0.push(bytes[7] << 4 | kind),
            12..=0xff => self.0.extend_from_slice(&[0xc0 | kind, bytes[7]]),
            0x100..=0xffff => self.0.extend_from_slice(&[0xd0 | kind, bytes[6], bytes[7]]),
            _ => {
                self.0.push(0xf0 | kind);
                self.0.extend_from_slice(&bytes);
            }
        }
    }
}
