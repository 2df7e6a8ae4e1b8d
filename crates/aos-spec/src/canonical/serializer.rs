//! The serializer behind canonical JSON: one value at a time, arrays included.

use std::ops::Range;

use serde::{
    Serialize, Serializer,
    ser::{SerializeSeq, SerializeTuple, SerializeTupleStruct, SerializeTupleVariant},
};

use super::{
    CanonicalError,
    number::write_float,
    object::Members,
    write::{write_scalar, write_string},
};

/// Appends one value to `out`.
pub(super) struct Writer<'a> {
    pub(super) out: &'a mut Vec<u8>,
    /// Where the names of the objects that are being written stand in `out`; one list for all of them, so that an
    /// object costs no allocation of its own.
    pub(super) names: &'a mut Vec<Range<usize>>,
    /// How many arrays and objects may be nested from here on.
    pub(super) levels: usize,
}

impl<'a> Writer<'a> {
    /// Returns a writer for a value at the same place.
    pub(super) fn reborrow(&mut self) -> Writer<'_> {
        Writer {
            out: self.out,
            names: self.names,
            levels: self.levels,
        }
    }

    /// Appends the start of an array or object and returns the writer for what is inside.
    pub(super) fn open(self, bracket: u8) -> Result<Self, CanonicalError> {
        let levels = self.levels.checked_sub(1).ok_or(CanonicalError::TooDeep)?;
        self.out.push(bracket);
        Ok(Self { levels, ..self })
    }

    /// Appends `{"variant":` and returns the writer for the content of the variant.
    fn open_variant(self, variant: &str) -> Result<Self, CanonicalError> {
        let inside = self.open(b'{')?;
        write_string(variant, inside.out)?;
        inside.out.push(b':');
        Ok(inside)
    }

    fn items(self, closing: &'static [u8]) -> Result<Items<'a>, CanonicalError> {
        Ok(Items {
            writer: self.open(b'[')?,
            is_first: true,
            closing,
        })
    }
}

/// Forwards integers and booleans, which serde_json writes canonically.
macro_rules! scalars {
    ($($method:ident: $type:ty)+) => {
        $(fn $method(self, value: $type) -> Result<(), CanonicalError> {
            write_scalar(&value, self.out)
        })+
    };
}

impl<'a> Serializer for Writer<'a> {
    type Ok = ();
    type Error = CanonicalError;
    type SerializeSeq = Items<'a>;
    type SerializeTuple = Items<'a>;
    type SerializeTupleStruct = Items<'a>;
    type SerializeTupleVariant = Items<'a>;
    type SerializeMap = Members<'a>;
    type SerializeStruct = Members<'a>;
    type SerializeStructVariant = Members<'a>;

    scalars! {
        serialize_bool: bool serialize_char: char
        serialize_i8: i8 serialize_i16: i16 serialize_i32: i32 serialize_i64: i64
        serialize_u8: u8 serialize_u16: u16 serialize_u32: u32 serialize_u64: u64
    }

    fn serialize_i128(self, value: i128) -> Result<(), CanonicalError> {
        match (i64::try_from(value), u64::try_from(value)) {
            (Ok(value), _) => self.serialize_i64(value),
            (_, Ok(value)) => self.serialize_u64(value),
            _ => Err(CanonicalError::NotJson(format!("{value} does not fit 64 bits"))),
        }
    }

    fn serialize_u128(self, value: u128) -> Result<(), CanonicalError> {
        let narrow = u64::try_from(value)
            .map_err(|_| CanonicalError::NotJson(format!("{value} does not fit 64 bits")))?;
        self.serialize_u64(narrow)
    }

    fn serialize_f32(self, value: f32) -> Result<(), CanonicalError> {
        self.serialize_f64(f64::from(value))
    }

    fn serialize_f64(self, value: f64) -> Result<(), CanonicalError> {
        if !value.is_finite() {
            return Err(CanonicalError::NotJson(format!("{value} is not a finite number")));
        }
        write_float(value, self.out);
        Ok(())
    }

    fn serialize_str(self, value: &str) -> Result<(), CanonicalError> {
        write_string(value, self.out)
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<(), CanonicalError> {
        self.collect_seq(value)
    }

    fn serialize_none(self) -> Result<(), CanonicalError> {
        self.serialize_unit()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), CanonicalError> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), CanonicalError> {
        self.out.extend_from_slice(b"null");
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), CanonicalError> {
        self.serialize_unit()
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
    ) -> Result<(), CanonicalError> {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), CanonicalError> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), CanonicalError> {
        let mut inside = self.open_variant(variant)?;
        value.serialize(inside.reborrow())?;
        inside.out.push(b'}');
        Ok(())
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Items<'a>, CanonicalError> {
        self.items(b"]")
    }

    fn serialize_tuple(self, _: usize) -> Result<Items<'a>, CanonicalError> {
        self.items(b"]")
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Items<'a>, CanonicalError> {
        self.items(b"]")
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Items<'a>, CanonicalError> {
        self.open_variant(variant)?.items(b"]}")
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Members<'a>, CanonicalError> {
        Members::open(self, b"}")
    }

    fn serialize_struct(self, name: &'static str, _: usize) -> Result<Members<'a>, CanonicalError> {
        // serde_json passes unparsed text as a struct with a magic name; only serde_json itself can write it.
        if name.starts_with("$serde_json::private::") {
            return Err(CanonicalError::NotJson(
                "unparsed JSON text inside a value".into(),
            ));
        }
        Members::open(self, b"}")
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Members<'a>, CanonicalError> {
        Members::open(self.open_variant(variant)?, b"}}")
    }
}

/// Appends the items of an array.
pub(super) struct Items<'a> {
    writer: Writer<'a>,
    is_first: bool,
    closing: &'static [u8],
}

impl SerializeSeq for Items<'_> {
    type Ok = ();
    type Error = CanonicalError;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), CanonicalError> {
        if !std::mem::take(&mut self.is_first) {
            self.writer.out.push(b',');
        }
        value.serialize(self.writer.reborrow())
    }

    fn end(self) -> Result<(), CanonicalError> {
        self.writer.out.extend_from_slice(self.closing);
        Ok(())
    }
}

impl SerializeTuple for Items<'_> {
    type Ok = ();
    type Error = CanonicalError;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), CanonicalError> {
        SerializeSeq::serialize_element(self, value)
    }

    fn end(self) -> Result<(), CanonicalError> {
        SerializeSeq::end(self)
    }
}

/// Forwards what is written like a sequence.
macro_rules! like_a_sequence {
    ($($trait:ident)+) => {
        $(impl $trait for Items<'_> {
            type Ok = ();
            type Error = CanonicalError;

            fn serialize_field<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), CanonicalError> {
                SerializeSeq::serialize_element(self, value)
            }

            fn end(self) -> Result<(), CanonicalError> {
                SerializeSeq::end(self)
            }
        })+
    };
}

like_a_sequence! { SerializeTupleStruct SerializeTupleVariant }
