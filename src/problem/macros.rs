//! One declaration for a mapping of the file: the struct, its reader, its known keys and its schema.

/// Declares a mapping with optional keys.
///
/// ```text
/// options! {
///     /// What the mapping is.
///     pub struct Retry {
///         /// What the key means.
///         attempts("attempts"): Count,
///     }
///     reserved ["later-key"]
/// }
/// ```
/// Each field becomes `Option<T>`; `at` is where the mapping stands. Reserved keys are refused by name. A key
/// that is only read, to check it, carries `#[expect(dead_code, reason = …)]` below its doc comment.
macro_rules! options {
    (
        $(#[doc = $doc:literal])+
        pub struct $name:ident {
            $(
                $(#[doc = $field_doc:literal])+
                $(#[expect(dead_code, reason = $unread:literal)])?
                $field:ident($key:literal): $type:ty,
            )*
        }
        $(reserved [$($reserved:literal),* $(,)?])?
    ) => {
        $(#[doc = $doc])+
        #[derive(Clone, Debug)]
        pub struct $name {
            /// Where it is written.
            #[allow(dead_code, reason = "not every reader points back at the mapping")]
            pub at: $crate::source::At,
            $(
                $(#[doc = $field_doc])+
                $(#[expect(dead_code, reason = $unread)])?
                pub $field: Option<$type>,
            )*
        }

        #[allow(dead_code, reason = "not every declaration uses each part")]
        impl $name {
            /// The keys, in the order declared.
            pub const KEYS: &'static [&'static str] = &[$($key),*];

            /// Reads the known keys and leaves the others for the caller.
            pub fn take(
                fields: &mut $crate::problem::Fields<'_>,
                problems: &mut $crate::problem::Problems,
            ) -> Self {
                let read = Self {
                    at: fields.at().clone(),
                    $( $field: fields.opt::<$type>($key, problems), )*
                };
                $( fields.reserved(&[$($reserved),*], problems); )?
                read
            }

            /// The schema of each key.
            pub fn properties() -> std::collections::BTreeMap<&'static str, serde_json::Value> {
                let mut map = std::collections::BTreeMap::new();
                $( map.insert($key, $crate::problem::describe(
                    <$type as $crate::problem::Shape>::schema(), concat!($($field_doc),+)
                )); )*
                map
            }
        }

        impl $crate::problem::Shape for $name {
            fn read(node: &$crate::source::Node, problems: &mut $crate::problem::Problems) -> Option<Self> {
                let mut fields = $crate::problem::Fields::of(node, problems)?;
                let read = Self::take(&mut fields, problems);
                fields.rest(problems);
                Some(read)
            }

            fn schema() -> serde_json::Value {
                $crate::problem::object(Self::properties())
            }
        }
    };
}

pub(crate) use options;
