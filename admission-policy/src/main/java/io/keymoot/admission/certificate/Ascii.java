package io.keymoot.admission.certificate;

/** Letters without a locale: a Turkish device must read the same names as the others. */
final class Ascii {
  private Ascii() {}

  static String lowerCase(String text) {
    StringBuilder lower = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      lower.append(c >= 'A' && c <= 'Z' ? (char) (c + 32) : c);
    }
    return lower.toString();
  }
}
