//! Everything random, from one seed, through a generator whose output is the same on every machine.

use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// One stream of chance. Streams of different purposes do not disturb each other.
#[derive(Debug)]
pub(super) struct Dice(ChaCha8Rng);

impl Dice {
    /// The stream of a seed for a purpose.
    pub(super) fn new(seed: u64, purpose: &str) -> Self {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        random.set_stream(purpose.bytes().fold(0, |stream: u64, byte| stream.wrapping_mul(257) + u64::from(byte)));
        Self(random)
    }

    /// A whole number between two bounds, both included.
    pub(super) fn between(&mut self, low: u32, high: u32) -> u32 {
        self.0.random_range(low..=high)
    }

    /// True in so many cases of a hundred.
    pub(super) fn chance(&mut self, percent: u32) -> bool {
        self.between(1, 100) <= percent
    }

    /// Any of the choices.
    pub(super) fn pick<T: Copy, const N: usize>(&mut self, choices: [T; N]) -> T {
        choices[self.0.random_range(0..N)]
    }

    /// The same things in another order.
    pub(super) fn shuffle<T>(&mut self, things: &mut [T]) {
        for last in (1..things.len()).rev() {
            things.swap(last, self.0.random_range(0..=last));
        }
    }

    /// A random (version 4) UUID.
    pub(super) fn uuid(&mut self) -> String {
        let bits = (u128::from(self.0.next_u64()) << 64) | u128::from(self.0.next_u64());
        let bits = bits & !(0xf << 76) | (0x4 << 76);
        let bits = bits & !(0x3 << 62) | (0x2 << 62);
        let hex = format!("{bits:032x}");
        format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
    }

    /// So many hexadecimal digits.
    pub(super) fn hex(&mut self, length: usize) -> String {
        self.text(*b"0123456789abcdef", length)
    }

    /// An Okta id: a prefix that tells the kind, then letters and digits, 20 characters in all.
    pub(super) fn okta_id(&mut self, prefix: &str) -> String {
        let rest =
            self.text(*b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", 20 - prefix.len().min(20));
        format!("{prefix}{rest}")
    }

    /// A Databricks principal id: 16 digits, the first not 0.
    pub(super) fn principal_id(&mut self) -> String {
        format!("{}{}", self.between(1, 9), self.text(*b"0123456789", 15))
    }

    fn text<const N: usize>(&mut self, alphabet: [u8; N], length: usize) -> String {
        (0..length).map(|_| char::from(self.pick(alphabet))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_repeats_itself_and_no_other() {
        let draw = |seed, purpose| Dice::new(seed, purpose).hex(40);
        assert_eq!(draw(7, "story"), draw(7, "story"));
        assert_ne!(draw(7, "story"), draw(8, "story"));
        assert_ne!(draw(7, "story"), draw(7, "routine"));
    }

    #[test]
    fn ids_have_their_shapes() {
        let mut dice = Dice::new(1, "shapes");
        let uuid = dice.uuid();
        assert_eq!((uuid.len(), &uuid[14..15]), (36, "4"));
        assert!("89ab".contains(&uuid[19..20]));
        assert_eq!(dice.okta_id("00u").len(), 20);
        assert_eq!(dice.principal_id().len(), 16);
    }
}
