//! Writing objects: their members in the order of their names.

use std::ops::Range;

use serde::{
    Serialize,
    ser::{SerializeMap, SerializeStruct, SerializeStructVariant},
};

use super::{CanonicalError, serializer::Writer};

/// Appends the members of an object, and puts them in order at its end if they did not come so.
pub(super) struct Members<'a> {
    writer: Writer<'a>,
    /// Where the first member stands in the output.
    start: usize,
    /// The position of the first name of this object in the list of names.
    first_name: usize,
    is_sorted: bool,
    closing: &'static [u8],
}

impl<'a> Members<'a> {
    pub(super) fn open(writer: Writer<'a>, closing: &'static [u8]) -> Result<Self, CanonicalError> {
        let writer = writer.open(b'{')?;
        Ok(Self {
            start: writer.out.len(),
            first_name: writer.names.len(),
            is_sorted: true,
            closing,
            writer,
        })
    }

    fn write_name<T: Serialize + ?Sized>(&mut self, name: &T) -> Result<(), CanonicalError> {
        let previous = self.writer.names[self.first_name..].last().cloned();
        if previous.is_some() {
            self.writer.out.push(b',');
        }
        let start = self.writer.out.len();
        name.serialize(self.writer.reborrow())?;
        let out = &mut *self.writer.out;
        let range = start..out.len();
        if out[start] != b'"' {
            let name = String::from_utf8_lossy(&out[range]);
            return Err(CanonicalError::NotJson(format!(
                "`{name}` as the name of a member"
            )));
        }
        let name = within_quotes(out, &range);
        self.is_sorted &=
            sorts_as_written(name) && previous.is_none_or(|previous| within_quotes(out, &previous) < name);
        self.writer.names.push(range);
        out.push(b':');
        Ok(())
    }

    fn close(self) -> Result<(), CanonicalError> {
        if !self.is_sorted {
            sort(self.writer.out, self.start, &self.writer.names[self.first_name..])?;
        }
        self.writer.names.truncate(self.first_name);
        self.writer.out.extend_from_slice(self.closing);
        Ok(())
    }
}

#[inline]
fn within_quotes<'a>(text: &'a [u8], range: &Range<usize>) -> &'a [u8] {
    &text[range.start + 1..range.end - 1]
}

/// Whether the bytes of an escaped name sort among others of its kind as its UTF-16 code units do. They do but for escapes
/// and for characters above U+FFFF, whose surrogates come before U+E000.
#[inline]
fn sorts_as_written(name: &[u8]) -> bool {
    const FIRST_BYTE_ABOVE_FFFF: u8 = 0xf0;
    name.iter()
        .all(|byte| *byte < FIRST_BYTE_ABOVE_FFFF && *byte != b'\\')
}

/// Sorts the members from `start` to the end of `out`; `names` tells where each name stands.
fn sort(out: &mut Vec<u8>, start: usize, names: &[Range<usize>]) -> Result<(), CanonicalError> {
    let mut members = Vec::with_capacity(names.len());
    let mut end = out.len();
    for name in names.iter().rev() {
        let text: String = serde_json::from_slice(&out[name.clone()])
            .map_err(|error| CanonicalError::NotJson(error.to_string()))?;
        members.push((text, name.start..end));
        end = name.start - 1;
    }
    members.sort_by(|(left, _), (right, _)| left.encode_utf16().cmp(right.encode_utf16()));
    if let Some(pair) = members.windows(2).find(|pair| pair[0].0 == pair[1].0) {
        let name = pair[0].0.escape_debug();
        return Err(CanonicalError::NotJson(format!("two members named `{name}`")));
    }
    let mut sorted = Vec::with_capacity(out.len() - start);
    for (_, member) in members {
        sorted.extend_from_slice(&out[member]);
        sorted.push(b',');
    }
    sorted.pop();
    out.truncate(start);
    out.append(&mut sorted);
    Ok(())
}

impl SerializeMap for Members<'_> {
    type Ok = ();
    type Error = CanonicalError;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), CanonicalError> {
        self.write_name(key)
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), CanonicalError> {
        value.serialize(self.writer.reborrow())
    }

    fn end(self) -> Result<(), CanonicalError> {
        self.close()
    }
}

/// Forwards what is written like a map.
macro_rules! like_a_map {
    ($($trait:ident)+) => {
        $(impl $trait for Members<'_> {
            type Ok = ();
            type Error = CanonicalError;

            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                name: &'static str,
                value: &T,
            ) -> Result<(), CanonicalError> {
                self.serialize_entry(name, value)
            }

            fn end(self) -> Result<(), CanonicalError> {
                self.close()
            }
        })+
    };
}

like_a_map! { SerializeStruct SerializeStructVariant }
