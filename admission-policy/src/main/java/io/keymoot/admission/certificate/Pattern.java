package io.keymoot.admission.certificate;

import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.wire.Decoded;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * Says which certificates are meant, an <i>audience</i>: {@code o=Example &
 * spiffe=spiffe://example.org/ward/*}.
 *
 * <p>Terms are joined by {@code &} and all must hold. A term is a field, {@code =} and a value in
 * which {@code *} stands for anything. In {@code dns} it stays within a label, in {@code uri} and
 * {@code spiffe} within a path segment, and {@code **} crosses them. Several patterns are
 * alternatives. A pattern that begins with {@code role chair:} says instead who has the role chair.
 *
 * @param grants the role this pattern gives; empty for one that says who may be here at all
 */
public record Pattern(String text, Optional<String> grants, List<Term> terms) {

  /** Where a term looks. */
  public enum Field {
    SUBJECT,
    ISSUER,
    ANCHOR,
    ANCHOR_KEY,
    DNS,
    EMAIL,
    URI,
    SPIFFE,
    ROLE
  }

  /**
   * @param attribute object identifier of a part of a name; empty for the other fields
   */
  public record Term(Field field, String attribute, String glob) {}

  private static final int ANCHOR_DIGITS = 16;

  /** Letters case-sensitive, but for DNS names; nothing depends on a locale. */
  public static Decoded<Pattern> parse(String text) {
    if (text.getBytes(StandardCharsets.UTF_8).length > Limits.PATTERN_BYTES) {
      return new Decoded.Malformed<>(
          "the pattern is longer than " + Limits.PATTERN_BYTES + " bytes");
    }
    String rest = text.trim();
    Optional<String> grants = Optional.empty();
    if (rest.startsWith("role ")) {
      int colon = rest.indexOf(':');
      String role = colon < 0 ? "" : rest.substring("role ".length(), colon).trim();
      if (role.isEmpty() || role.indexOf('=') >= 0) {
        return new Decoded.Malformed<>(
            "\"" + text + "\" gives a role but does not read role NAME: …");
      }
      grants = Optional.of(role);
      rest = rest.substring(colon + 1);
    }
    List<Term> terms = new ArrayList<>();
    for (String part : rest.split(" & ", -1)) {
      switch (term(part.trim())) {
        case Decoded.Ok<Term> ok -> terms.add(ok.value());
        case Decoded.Malformed<Term> bad -> {
          return new Decoded.Malformed<>(bad.reason());
        }
      }
    }
    return new Decoded.Ok<>(new Pattern(text, grants, List.copyOf(terms)));
  }

  private static Decoded<Term> term(String text) {
    int equals = text.indexOf('=');
    if (equals <= 0 || equals == text.length() - 1) {
      return new Decoded.Malformed<>("\"" + text + "\" is not of the form field=value");
    }
    String name = text.substring(0, equals).trim();
    String glob = text.substring(equals + 1).trim();
    int dot = name.indexOf('.');
    if (dot > 0) {
      String attribute = Oids.ofAttribute(name.substring(dot + 1));
      String whose = name.substring(0, dot);
      if (!attribute.isEmpty() && whose.equals("issuer")) {
        return new Decoded.Ok<>(new Term(Field.ISSUER, attribute, glob));
      }
      if (!attribute.isEmpty() && whose.equals("anchor")) {
        return new Decoded.Ok<>(new Term(Field.ANCHOR, attribute, glob));
      }
      return unknown(name);
    }
    return switch (name) {
      case "dns" -> new Decoded.Ok<>(new Term(Field.DNS, "", Ascii.lowerCase(glob)));
      case "email" -> new Decoded.Ok<>(new Term(Field.EMAIL, "", glob));
      case "uri" -> new Decoded.Ok<>(new Term(Field.URI, "", glob));
      case "spiffe" ->
          glob.startsWith("spiffe://")
              ? new Decoded.Ok<>(new Term(Field.SPIFFE, "", glob))
              : new Decoded.Malformed<>("\"" + glob + "\" does not begin with spiffe://");
      case "role" -> new Decoded.Ok<>(new Term(Field.ROLE, "", glob));
      case "anchor" -> anchorKey(glob);
      default -> {
        String attribute = Oids.ofAttribute(name);
        yield attribute.isEmpty()
            ? unknown(name)
            : new Decoded.Ok<>(new Term(Field.SUBJECT, attribute, glob));
      }
    };
  }

  private static Decoded<Term> anchorKey(String glob) {
    String hex = Ascii.lowerCase(glob);
    boolean shaped = hex.length() >= ANCHOR_DIGITS && hex.length() <= 64;
    for (int i = 0; i < hex.length(); i++) {
      shaped &= "0123456789abcdef".indexOf(hex.charAt(i)) >= 0;
    }
    return shaped
        ? new Decoded.Ok<>(new Term(Field.ANCHOR_KEY, "", hex))
        : new Decoded.Malformed<>(
            "anchor= takes the first "
                + ANCHOR_DIGITS
                + " or more hex digits of the SHA-256 of the anchor's key");
  }

  private static <T> Decoded<T> unknown(String name) {
    return new Decoded.Malformed<>(
        "\""
            + name
            + "\" is not a field; there are cn, o, ou, c, st, l, dc, uid, title, serialnumber (also"
            + " as issuer.cn or anchor.cn), dns, email, uri, spiffe, role, anchor");
  }

  /** Whether all terms hold. */
  public boolean matches(
      Certificate device, Certificate issuer, Certificate anchor, Collection<String> roles) {
    for (Term term : terms) {
      if (!holds(term, device, issuer, anchor, roles)) {
        return false;
      }
    }
    return true;
  }

  private static boolean holds(
      Term term,
      Certificate device,
      Certificate issuer,
      Certificate anchor,
      Collection<String> roles) {
    String glob = term.glob();
    return switch (term.field()) {
      case SUBJECT -> any(device.subject().values(term.attribute()), glob, NO_SEPARATOR);
      case ISSUER -> any(issuer.subject().values(term.attribute()), glob, NO_SEPARATOR);
      case ANCHOR -> any(anchor.subject().values(term.attribute()), glob, NO_SEPARATOR);
      case ANCHOR_KEY -> anchor.fingerprint().hash().toHex().startsWith(glob);
      case DNS -> any(device.names().dns(), glob, '.');
      case EMAIL -> any(device.names().emails(), glob, NO_SEPARATOR);
      case URI -> any(device.names().uris(), glob, '/');
      case SPIFFE -> any(device.names().spiffeId().stream().toList(), glob, '/');
      case ROLE -> any(roles, glob, NO_SEPARATOR);
    };
  }

  /** No text we accept has it, so a star stops nowhere. */
  private static final char NO_SEPARATOR = '\0';

  private static boolean any(Collection<String> values, String glob, char separator) {
    for (String value : values) {
      if (globMatches(glob, value, separator)) {
        return true;
      }
    }
    return false;
  }

  /**
   * Whether a star can be filled so that {@code glob} becomes {@code value}. By the set of places
   * in the pattern that are reachable: time is the product of the lengths, whatever the pattern.
   */
  static boolean globMatches(String glob, String value, char separator) {
    boolean[] at = new boolean[glob.length() + 1];
    at[0] = true;
    passStars(glob, at);
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      boolean[] next = new boolean[glob.length() + 1];
      for (int j = 0; j < glob.length(); j++) {
        if (at[j] && glob.charAt(j) != '*') {
          next[j + 1] |= glob.charAt(j) == c;
        } else if (at[j]) {
          next[j] |= c != separator || isDoubleStar(glob, j);
        }
      }
      at = next;
      passStars(glob, at);
    }
    return at[glob.length()];
  }

  /** A star may stand for nothing. */
  private static void passStars(String glob, boolean[] at) {
    for (int j = 0; j < glob.length(); j++) {
      at[j + 1] |= at[j] && glob.charAt(j) == '*';
    }
  }

  private static boolean isDoubleStar(String glob, int j) {
    return (j > 0 && glob.charAt(j - 1) == '*')
        || (j + 1 < glob.length() && glob.charAt(j + 1) == '*');
  }
}
