package io.keymoot.admission.certificate;

import io.keymoot.admission.AdmissionLimits;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Decoded;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The further names in a certificate (SAN).
 *
 * @param dns host names, in small letters
 * @param uris as received; see {@link #spiffeId} and {@link #roles}
 * @param addresses IP addresses, 4 or 16 bytes
 * @param directory distinguished names
 */
public record AlternativeNames(
    List<String> dns,
    List<String> emails,
    List<String> uris,
    List<Bytes> addresses,
    List<Name> directory) {

  public static final AlternativeNames NONE =
      new AlternativeNames(List.of(), List.of(), List.of(), List.of(), List.of());

  /** A URI that begins so names a role: {@code keymoot:role:chair}. */
  public static final String ROLE_URI = "keymoot:role:";

  static final int RFC822 = Der.context(1);
  static final int DNS = Der.context(2);
  static final int DIRECTORY = Der.contextOf(4);
  static final int URI = Der.context(6);
  static final int IP = Der.context(7);

  private static final String SPIFFE = "spiffe://";

  /** Reads the content of the extension, as requests for certificates have it too. */
  public static Decoded<AlternativeNames> decode(Bytes extension) {
    try {
      return new Decoded.Ok<>(read(extension));
    } catch (Der.Malformed e) {
      return new Decoded.Malformed<>(e.reason());
    }
  }

  static AlternativeNames read(Bytes extension) {
    String field = "the list of alternative names";
    Der outer = Der.of(extension);
    Der in = outer.enter(Der.SEQUENCE, field);
    outer.end(field);
    List<String> dns = new ArrayList<>();
    List<String> emails = new ArrayList<>();
    List<String> uris = new ArrayList<>();
    List<Bytes> addresses = new ArrayList<>();
    List<Name> directory = new ArrayList<>();
    int count = 0;
    do {
      if (++count > AdmissionLimits.NAMES) {
        throw new Der.Malformed(field + " is longer than " + AdmissionLimits.NAMES);
      }
      int tag = in.tag();
      if (tag == DNS) {
        dns.add(dnsName(Der.ascii(in.content(DNS, field), field)));
      } else if (tag == RFC822) {
        emails.add(email(Der.ascii(in.content(RFC822, field), field)));
      } else if (tag == URI) {
        uris.add(uri(Der.ascii(in.content(URI, field), field)));
      } else if (tag == IP) {
        addresses.add(address(in.content(IP, field)));
      } else if (tag == DIRECTORY) {
        Der name = in.enter(DIRECTORY, field);
        directory.add(Name.read(name, field));
        name.end(field);
      } else {
        // Names of other kinds say nothing to us, and no name constraint we accept is about them.
        in.element(field);
      }
    } while (in.hasMore());
    AlternativeNames names =
        new AlternativeNames(
            List.copyOf(dns),
            List.copyOf(emails),
            List.copyOf(uris),
            List.copyOf(addresses),
            List.copyOf(directory));
    names.checkSpiffe();
    return names;
  }

  /** The SPIFFE id; there is one at most. */
  public Optional<String> spiffeId() {
    return uris.stream().filter(AlternativeNames::isSpiffe).findFirst();
  }

  /** The roles this certificate itself names; which of them count, the path decides. */
  public List<String> roles() {
    return uris.stream()
        .filter(uri -> uri.startsWith(ROLE_URI))
        .map(uri -> uri.substring(ROLE_URI.length()))
        .toList();
  }

  private void checkSpiffe() {
    List<String> ids = uris.stream().filter(AlternativeNames::isSpiffe).toList();
    if (ids.size() > 1) {
      throw new Der.Malformed("it has " + ids.size() + " SPIFFE ids; one is allowed");
    }
    if (!ids.isEmpty() && !isWellFormedSpiffe(ids.get(0))) {
      throw new Der.Malformed("its SPIFFE id " + Name.shown(ids.get(0)) + " is misshapen");
    }
  }

  private static boolean isSpiffe(String uri) {
    return Ascii.lowerCase(uri).startsWith("spiffe:");
  }

  /** SPIFFE-ID, section 2: a trust domain in small letters and plain, non-empty path segments. */
  private static boolean isWellFormedSpiffe(String uri) {
    if (!uri.startsWith(SPIFFE) || uri.length() > 2048) {
      return false;
    }
    String[] parts = uri.substring(SPIFFE.length()).split("/", -1);
    for (int i = 0; i < parts.length; i++) {
      String part = parts[i];
      boolean plain = !part.isEmpty() && !part.equals(".") && !part.equals("..");
      for (int j = 0; j < part.length(); j++) {
        char c = part.charAt(j);
        boolean small = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || "-_.".indexOf(c) >= 0;
        plain &= small || (i > 0 && c >= 'A' && c <= 'Z');
      }
      if (!plain) {
        return false;
      }
    }
    return true;
  }

  private static String dnsName(String text) {
    String name = Ascii.lowerCase(text);
    if (!isHost(name.startsWith("*.") ? name.substring(2) : name)) {
      throw new Der.Malformed("its DNS name " + Name.shown(text) + " is misshapen");
    }
    return name;
  }

  private static String email(String text) {
    int at = text.indexOf('@');
    boolean shaped =
        at > 0 && at == text.lastIndexOf('@') && isHost(Ascii.lowerCase(text.substring(at + 1)));
    if (!shaped) {
      throw new Der.Malformed("its e-mail address " + Name.shown(text) + " is misshapen");
    }
    return text;
  }

  private static String uri(String text) {
    int colon = text.indexOf(':');
    boolean shaped = colon > 0 && text.indexOf(' ') < 0;
    for (int i = 0; i < colon; i++) {
      char c = text.charAt(i);
      boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
      shaped &= letter || (i > 0 && ((c >= '0' && c <= '9') || "+-.".indexOf(c) >= 0));
    }
    if (!shaped) {
      throw new Der.Malformed("its URI " + Name.shown(text) + " is misshapen");
    }
    return text;
  }

  private static Bytes address(Bytes octets) {
    if (octets.length() != 4 && octets.length() != 16) {
      throw new Der.Malformed("its IP address has " + octets.length() + " bytes");
    }
    return octets;
  }

  /** The host of a URI in small letters, when it has one that is a plain name. */
  static Optional<String> hostOf(String uri) {
    int from = uri.indexOf("://");
    if (from < 0 || from > uri.indexOf(':')) {
      return Optional.empty();
    }
    int to = from + 3;
    while (to < uri.length() && "/?#".indexOf(uri.charAt(to)) < 0) {
      to++;
    }
    String host = Ascii.lowerCase(uri.substring(from + 3, to));
    int colon = host.indexOf(':');
    if (colon >= 0) {
      host = host.substring(0, colon);
    }
    String last = host.substring(host.lastIndexOf('.') + 1);
    boolean number = !last.isEmpty() && last.chars().allMatch(c -> c >= '0' && c <= '9');
    return isHost(host) && !number ? Optional.of(host) : Optional.empty();
  }

  /** Labels of small letters, digits, hyphens and underscores. */
  static boolean isHost(String name) {
    if (name.isEmpty() || name.length() > 253) {
      return false;
    }
    for (String label : name.split("\\.", -1)) {
      boolean shaped = !label.isEmpty() && label.length() <= 63;
      for (int i = 0; i < label.length(); i++) {
        char c = label.charAt(i);
        shaped &= (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
      }
      if (!shaped) {
        return false;
      }
    }
    return true;
  }
}
