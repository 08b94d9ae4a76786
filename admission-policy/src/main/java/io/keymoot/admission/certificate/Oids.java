package io.keymoot.admission.certificate;

/** The object identifiers this profile knows. */
final class Oids {
  private Oids() {}

  static final String ED25519 = "1.3.101.112";
  static final String EC_KEY = "1.2.840.10045.2.1";
  static final String ECDSA_SHA256 = "1.2.840.10045.4.3.2";

  static final String KEY_USAGE = "2.5.29.15";
  static final String ALTERNATIVE_NAMES = "2.5.29.17";
  static final String BASIC_CONSTRAINTS = "2.5.29.19";
  static final String NAME_CONSTRAINTS = "2.5.29.30";
  static final String EXTENDED_KEY_USAGE = "2.5.29.37";

  static final String CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";
  static final String ANY_USAGE = "2.5.29.37.0";

  static final String COMMON_NAME = "2.5.4.3";
  static final String ORGANISATION = "2.5.4.10";
  static final String EMAIL = "1.2.840.113549.1.9.1";

  /** What an attribute of a name is called; patterns use the same words in small letters. */
  static String shortName(String oid) {
    return switch (oid) {
      case COMMON_NAME -> "CN";
      case "2.5.4.5" -> "SERIALNUMBER";
      case "2.5.4.6" -> "C";
      case "2.5.4.7" -> "L";
      case "2.5.4.8" -> "ST";
      case ORGANISATION -> "O";
      case "2.5.4.11" -> "OU";
      case "2.5.4.12" -> "TITLE";
      case "0.9.2342.19200300.100.1.1" -> "UID";
      case "0.9.2342.19200300.100.1.25" -> "DC";
      default -> oid;
    };
  }

  /** The other way round; empty when a pattern cannot ask for it. */
  static String ofAttribute(String lowerCaseName) {
    return switch (lowerCaseName) {
      case "cn" -> COMMON_NAME;
      case "serialnumber" -> "2.5.4.5";
      case "c" -> "2.5.4.6";
      case "l" -> "2.5.4.7";
      case "st" -> "2.5.4.8";
      case "o" -> ORGANISATION;
      case "ou" -> "2.5.4.11";
      case "title" -> "2.5.4.12";
      case "uid" -> "0.9.2342.19200300.100.1.1";
      case "dc" -> "0.9.2342.19200300.100.1.25";
      default -> "";
    };
  }

  /** What a person calls a kind of key or signature that is not accepted. */
  static String algorithm(String oid) {
    return switch (oid) {
      case "1.2.840.113549.1.1.1" -> "RSA";
      case "1.2.840.113549.1.1.4" -> "RSA with MD5";
      case "1.2.840.113549.1.1.5" -> "RSA with SHA-1";
      case "1.2.840.113549.1.1.10" -> "RSA-PSS";
      case "1.2.840.113549.1.1.11" -> "RSA with SHA-256";
      case "1.2.840.113549.1.1.12" -> "RSA with SHA-384";
      case "1.2.840.113549.1.1.13" -> "RSA with SHA-512";
      case "1.2.840.10040.4.1" -> "DSA";
      case "1.2.840.10045.4.1" -> "ECDSA with SHA-1";
      case "1.2.840.10045.4.3.3" -> "ECDSA with SHA-384";
      case "1.2.840.10045.4.3.4" -> "ECDSA with SHA-512";
      case ECDSA_SHA256 -> "ECDSA with SHA-256";
      case ED25519 -> "Ed25519";
      case "1.3.101.113" -> "Ed448";
      case "1.3.101.110" -> "X25519";
      case "1.2.840.10045.3.1.1" -> "P-192";
      case "1.2.840.10045.3.1.7" -> "P-256";
      case "1.3.132.0.34" -> "P-384";
      case "1.3.132.0.35" -> "P-521";
      case "1.3.132.0.33" -> "P-224";
      case "1.3.132.0.10" -> "secp256k1";
      default -> oid;
    };
  }
}
