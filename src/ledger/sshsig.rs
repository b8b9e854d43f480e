//! What an SSH signature says of itself: key, namespace, hash. Whether it is good, only `ssh-keygen` tells.
//!
//! The form is that of OpenSSH's [PROTOCOL.sshsig](https://github.com/openssh/openssh-portable/blob/master/PROTOCOL.sshsig).

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use sha2::{Digest as _, Sha256};

const BEGIN: &str = "-----BEGIN SSH SIGNATURE-----";
const END: &str = "-----END SSH SIGNATURE-----";

/// A signature as far as it can be read without judging it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SshSig {
    /// The public key in base64, as in an `authorized_keys` file.
    pub key: String,
    /// What the signature is for.
    pub namespace: String,
}

/// Reads an armoured signature.
pub fn parse(text: &str) -> Result<SshSig, String> {
    let body = text
        .trim()
        .strip_prefix(BEGIN)
        .and_then(|rest| rest.strip_suffix(END))
        .ok_or("no SSH signature: its first or last line is another one")?;
    let body: String = body.split_ascii_whitespace().collect();
    let blob = STANDARD
        .decode(body)
        .map_err(|error| format!("no SSH signature: {error}"))?;
    let rest = blob
        .strip_prefix(b"SSHSIG")
        .ok_or("no SSH signature: its magic is another one")?;
    let (version, rest) = number(rest).ok_or("the SSH signature ends too early")?;
    if version != 1 {
        return Err(format!(
            "the SSH signature has version {version}, known is 1"
        ));
    }
    let mut fields = Fields(rest);
    let (key, namespace) = fields
        .next()
        .zip(fields.next())
        .ok_or("the SSH signature ends too early")?;
    Ok(SshSig {
        key: STANDARD.encode(key),
        namespace: String::from_utf8_lossy(namespace).into_owned(),
    })
}

/// The fingerprint of a key as `ssh-keygen -l` shows it.
pub fn fingerprint(key: &str) -> String {
    let blob = STANDARD.decode(key).unwrap_or_default();
    format!("SHA256:{}", STANDARD_NO_PAD.encode(Sha256::digest(blob)))
}

struct Fields<'a>(&'a [u8]);

impl<'a> Iterator for Fields<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let (length, rest) = number(self.0)?;
        let length = usize::try_from(length).ok()?;
        let (field, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        Some(field)
    }
}

fn number(bytes: &[u8]) -> Option<(u32, &[u8])> {
    let (number, rest) = bytes.split_first_chunk::<4>()?;
    Some((u32::from_be_bytes(*number), rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Made by `ssh-keygen -Y sign -n tollgate` of OpenSSH 9.2 with a key that was thrown away.
    const SIGNATURE: &str = "-----BEGIN SSH SIGNATURE-----
U1NIU0lHAAAAAQAAADMAAAALc3NoLWVkMjU1MTkAAAAgKbzcOzY8Lkhcqc1H1G+FQ21Kst
XRot7xeddCHJ8WKNwAAAAIdG9sbGdhdGUAAAAAAAAABnNoYTUxMgAAAFMAAAALc3NoLWVk
MjU1MTkAAABASO/E4h8bhJaS4V/4oJsf3xfKjkvqBcsoUO/rr6IhVmJr2YFcNZugmp1O4y
NNUfRPBFFW3VCWw9iNihSYzZjMCA==
-----END SSH SIGNATURE-----
";

    #[test]
    fn a_signature_says_whose_it_is_and_what_for() {
        let read = parse(SIGNATURE).unwrap();
        assert_eq!(read.namespace, "tollgate");
        assert_eq!(
            fingerprint(&read.key),
            "SHA256:qDGTIrGy/aKjiH4gfmETuI94coh0r984Zduy+VmV3vc"
        );
        assert!(read.key.starts_with("AAAAC3NzaC1lZDI1NTE5"));
    }

    #[test]
    fn what_is_none_is_refused_and_nothing_panics() {
        for text in [
            "",
            "x",
            BEGIN,
            "-----BEGIN SSH SIGNATURE----------END SSH SIGNATURE-----",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
        for cut in 0..SIGNATURE.len() {
            let _ = parse(&SIGNATURE[..cut]);
            let short = format!("{}\n{END}", &SIGNATURE[..cut]);
            let _ = parse(&short);
        }
    }
}
