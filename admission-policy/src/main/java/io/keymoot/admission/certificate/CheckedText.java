package io.keymoot.admission.certificate;

import io.keymoot.flatkeying.fact.Fingerprint;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Decoded;
import io.keymoot.flatkeying.wire.Hash32;
import java.util.Locale;

/**
 * Bytes that people read aloud, copy by hand and compare: base32 in groups, with check characters.
 *
 * <p>Every 13 characters are followed by a check character (Luhn's, modulo 32), which catches every
 * single wrong character and almost every pair of neighbours swapped. A fingerprint is 52
 * characters and four checks: eight groups of seven. As Syncthing does it, whose form has proved
 * itself; small letters are accepted, and 0, 1 and 8 for the letters they are mistaken for.
 */
public final class CheckedText {
  private CheckedText() {}

  private static final String ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  private static final int RUN = 13;

  /** Characters between two hyphens of a fingerprint. */
  public static final int GROUP = 7;

  private static final int BRIEF_GROUPS = 4;

  public static String of(Fingerprint fingerprint) {
    return of(fingerprint.hash().toArray(), GROUP);
  }

  /**
   * The first half of a fingerprint, for comparing two screens: 26 characters, 130 bits, which
   * nobody can make another key to match.
   */
  public static String brief(Fingerprint fingerprint) {
    return of(fingerprint).substring(0, BRIEF_GROUPS * (GROUP + 1) - 1);
  }

  /** What a device is called that has no other name: by the first group of its fingerprint. */
  public static String name(Fingerprint fingerprint) {
    return "device " + of(fingerprint).substring(0, GROUP);
  }

  /**
   * Whether somebody who typed this can mean that device: its fingerprint, the beginning of it from
   * the first group on, or its {@link #name}. Small letters and such are accepted here too.
   *
   * <p>A key that fits one group is found by trying 2<sup>35</sup> of them, so this tells apart
   * those who are in already; for letting somebody in, see {@link #isEnough}.
   */
  public static boolean means(String typed, Fingerprint device) {
    String letters = letters(typed);
    return letters.length() >= GROUP && of(device).replace("-", "").startsWith(letters);
  }

  /** Whether it is as much of a fingerprint as {@link #brief}, and so can be decided by. */
  public static boolean isEnough(String typed) {
    return letters(typed).length() >= BRIEF_GROUPS * GROUP;
  }

  private static String letters(String typed) {
    String upper = typed.strip().toUpperCase(Locale.ROOT);
    return (upper.startsWith("DEVICE ") ? upper.substring(7) : upper)
        .replaceAll("[- ]", "")
        .replace('0', 'O')
        .replace('1', 'I')
        .replace('8', 'B');
  }

  public static Decoded<Fingerprint> fingerprint(String text) {
    return switch (parse(text, Hash32.LENGTH)) {
      case Decoded.Ok<Bytes> ok ->
          new Decoded.Ok<>(new Fingerprint(Hash32.of(ok.value().toArray())));
      case Decoded.Malformed<Bytes> bad -> new Decoded.Malformed<>(bad.reason());
    };
  }

  /** Any bytes in this form. */
  public static String of(byte[] bytes, int group) {
    String plain = base32(bytes);
    StringBuilder checked = new StringBuilder();
    for (int from = 0; from < plain.length(); from += RUN) {
      String run = plain.substring(from, Math.min(from + RUN, plain.length()));
      checked.append(run).append(ALPHABET.charAt(check(run)));
    }
    StringBuilder grouped = new StringBuilder();
    for (int i = 0; i < checked.length(); i++) {
      if (i > 0 && i % group == 0) {
        grouped.append('-');
      }
      grouped.append(checked.charAt(i));
    }
    return grouped.toString();
  }

  /** Reads {@code length} bytes; hyphens and spaces may stand anywhere. */
  public static Decoded<Bytes> parse(String text, int length) {
    StringBuilder letters = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '-' || c == ' ') {
        continue;
      }
      char upper = c >= 'a' && c <= 'z' ? (char) (c - 32) : c;
      char meant = upper == '0' ? 'O' : upper == '1' ? 'I' : upper == '8' ? 'B' : upper;
      if (ALPHABET.indexOf(meant) < 0) {
        return new Decoded.Malformed<>(
            "the character '" + Name.shown(String.valueOf(c)) + "' does not occur in it");
      }
      letters.append(meant);
    }
    int plainLength = (length * 8 + 4) / 5;
    int wanted = plainLength + (plainLength + RUN - 1) / RUN;
    if (letters.length() != wanted) {
      return new Decoded.Malformed<>(
          "it has " + letters.length() + " letters and digits, not " + wanted);
    }
    StringBuilder plain = new StringBuilder();
    for (int from = 0; from < letters.length(); from += RUN + 1) {
      int to = Math.min(from + RUN + 1, letters.length());
      String run = letters.substring(from, to - 1);
      if (ALPHABET.charAt(check(run)) != letters.charAt(to - 1)) {
        // By their places: what is read may be an invite, and no error repeats a secret.
        return new Decoded.Malformed<>(
            "its letters "
                + (from + 1)
                + " to "
                + to
                + " do not fit their check character: something there is mistyped");
      }
      plain.append(run);
    }
    return bytes(plain, length);
  }

  private static String base32(byte[] bytes) {
    StringBuilder text = new StringBuilder();
    int held = 0;
    int bits = 0;
    for (byte octet : bytes) {
      held = held << 8 | (octet & 0xff);
      bits += 8;
      while (bits >= 5) {
        bits -= 5;
        text.append(ALPHABET.charAt(held >>> bits & 31));
      }
      held &= 31;
    }
    return bits == 0
        ? text.toString()
        : text.append(ALPHABET.charAt(held << (5 - bits) & 31)).toString();
  }

  private static Decoded<Bytes> bytes(CharSequence plain, int length) {
    byte[] bytes = new byte[length];
    int held = 0;
    int bits = 0;
    int at = 0;
    for (int i = 0; i < plain.length(); i++) {
      held = held << 5 | ALPHABET.indexOf(plain.charAt(i));
      bits += 5;
      if (bits >= 8) {
        bits -= 8;
        bytes[at++] = (byte) (held >>> bits);
      }
      held &= (1 << bits) - 1;
    }
    // Bits left over would give one value two spellings.
    return held == 0
        ? new Decoded.Ok<>(Bytes.owning(bytes))
        : new Decoded.Malformed<>("its last character cannot be right");
  }

  /** Luhn modulo 32: each second character, from the right, counts twice with its digits added. */
  private static int check(String run) {
    int sum = 0;
    boolean twice = true;
    for (int i = run.length() - 1; i >= 0; i--) {
      int value = ALPHABET.indexOf(run.charAt(i)) * (twice ? 2 : 1);
      sum += value / 32 + value % 32;
      twice = !twice;
    }
    return (32 - sum % 32) % 32;
  }
}
