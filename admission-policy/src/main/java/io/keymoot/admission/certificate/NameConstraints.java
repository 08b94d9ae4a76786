package io.keymoot.admission.certificate;

import io.keymoot.admission.AdmissionLimits;
import io.keymoot.flatkeying.wire.Bytes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiPredicate;

/**
 * What names an authority's certificate allows below it (RFC 5280, section 4.2.1.10), as bounds on
 * every certificate of the path below, self-issued ones not excepted.
 *
 * <p>A kind of name that is not understood here makes the whole certificate unacceptable: a bound
 * must not be skipped. So do excluded directory names: one name can be spelt in many ways, and an
 * exclusion that compares bytes excludes nobody who does not want to be.
 */
record NameConstraints(Subtrees permitted, Subtrees excluded) {

  record Subtrees(
      List<String> dns,
      List<String> emails,
      List<String> uris,
      List<Bytes> addresses,
      List<Name> directory) {
    static final Subtrees NONE =
        new Subtrees(List.of(), List.of(), List.of(), List.of(), List.of());
  }

  private static final String FIELD = "the list of name constraints";

  static NameConstraints read(Bytes extension) {
    Der outer = Der.of(extension);
    Der in = outer.enter(Der.SEQUENCE, FIELD);
    outer.end(FIELD);
    if (!in.hasMore()) {
      throw new Der.Malformed(FIELD + " is empty");
    }
    Subtrees permitted = Subtrees.NONE;
    Subtrees excluded = Subtrees.NONE;
    if (in.tag() == Der.contextOf(0)) {
      permitted = subtrees(in.enter(Der.contextOf(0), FIELD));
    }
    if (in.tag() == Der.contextOf(1)) {
      excluded = subtrees(in.enter(Der.contextOf(1), FIELD));
    }
    in.end(FIELD);
    if (!excluded.directory().isEmpty()) {
      throw new Der.Malformed(
          "it excludes directory names, which can be spelt in many ways; only permitting them is"
              + " understood");
    }
    return new NameConstraints(permitted, excluded);
  }

  private static Subtrees subtrees(Der in) {
    List<String> dns = new ArrayList<>();
    List<String> emails = new ArrayList<>();
    List<String> uris = new ArrayList<>();
    List<Bytes> addresses = new ArrayList<>();
    List<Name> directory = new ArrayList<>();
    int count = 0;
    do {
      if (++count > AdmissionLimits.NAMES) {
        throw new Der.Malformed(FIELD + " is longer than " + AdmissionLimits.NAMES);
      }
      Der tree = in.enter(Der.SEQUENCE, FIELD);
      int tag = tree.tag();
      if (tag == AlternativeNames.DNS) {
        dns.add(domain(tree, tag));
      } else if (tag == AlternativeNames.RFC822) {
        emails.add(mailbox(tree));
      } else if (tag == AlternativeNames.URI) {
        uris.add(domain(tree, tag));
      } else if (tag == AlternativeNames.IP) {
        addresses.add(range(tree.content(tag, FIELD)));
      } else if (tag == AlternativeNames.DIRECTORY) {
        Der name = tree.enter(tag, FIELD);
        directory.add(Name.read(name, FIELD));
        name.end(FIELD);
      } else {
        throw new Der.Malformed("it constrains names of a kind that is not understood here");
      }
      if (tree.hasMore()) {
        throw new Der.Malformed(
            "its name constraints have a minimum or maximum, which is obsolete");
      }
    } while (in.hasMore());
    return new Subtrees(
        List.copyOf(dns),
        List.copyOf(emails),
        List.copyOf(uris),
        List.copyOf(addresses),
        List.copyOf(directory));
  }

  /** A domain, one with a leading dot for its subdomains only, or nothing at all for every name. */
  private static String domain(Der in, int tag) {
    String text = Ascii.lowerCase(Der.ascii(in.content(tag, FIELD), FIELD));
    String host = text.startsWith(".") ? text.substring(1) : text;
    if (!text.isEmpty() && !AlternativeNames.isHost(host)) {
      throw new Der.Malformed("its name constraint " + Name.shown(text) + " is misshapen");
    }
    return text;
  }

  /** A domain as above, or one mailbox. */
  private static String mailbox(Der in) {
    String text = Ascii.lowerCase(Der.ascii(in.content(AlternativeNames.RFC822, FIELD), FIELD));
    String domain = text.substring(text.indexOf('@') + 1);
    String host = domain.startsWith(".") ? domain.substring(1) : domain;
    if (text.startsWith("@") || (!text.isEmpty() && !AlternativeNames.isHost(host))) {
      throw new Der.Malformed("its name constraint " + Name.shown(text) + " is misshapen");
    }
    return text;
  }

  private static Bytes range(Bytes octets) {
    if (octets.length() != 8 && octets.length() != 32) {
      throw new Der.Malformed("its constraint of IP addresses has " + octets.length() + " bytes");
    }
    return octets;
  }

  /** The first name of {@code certificate} that is not allowed, as words; empty when all are. */
  Optional<String> offence(Certificate certificate) {
    AlternativeNames names = certificate.names();
    List<String> emails = new ArrayList<>(names.emails());
    emails.addAll(certificate.subject().values(Oids.EMAIL));
    List<Name> directory = new ArrayList<>(names.directory());
    if (!certificate.subject().isEmpty()) {
      directory.add(certificate.subject());
    }
    return offence(names.dns(), permitted.dns(), excluded.dns(), NameConstraints::inDomain)
        .or(() -> offence(emails, permitted.emails(), excluded.emails(), NameConstraints::inMail))
        .or(() -> offence(names.uris(), permitted.uris(), excluded.uris(), NameConstraints::atHost))
        .or(() -> hostless(names.uris()))
        .or(
            () ->
                offence(
                    names.addresses(),
                    permitted.addresses(),
                    excluded.addresses(),
                    NameConstraints::inRange))
        .or(() -> offence(directory, permitted.directory(), List.of(), Name::isUnder));
  }

  private static <N, T> Optional<String> offence(
      List<N> names, List<T> permitted, List<T> excluded, BiPredicate<N, T> inside) {
    for (N name : names) {
      boolean allowed =
          permitted.isEmpty() || permitted.stream().anyMatch(tree -> inside.test(name, tree));
      if (!allowed || excluded.stream().anyMatch(tree -> inside.test(name, tree))) {
        return Optional.of(Name.shown(name.toString()));
      }
    }
    return Optional.empty();
  }

  /** Where URIs are constrained, one without a host cannot be shown to lie inside (RFC 5280). */
  private Optional<String> hostless(List<String> uris) {
    if (permitted.uris().isEmpty() && excluded.uris().isEmpty()) {
      return Optional.empty();
    }
    return uris.stream()
        .filter(uri -> AlternativeNames.hostOf(uri).isEmpty())
        .findFirst()
        .map(uri -> Name.shown(uri) + " (it has no host that could lie inside)");
  }

  /** For DNS names a bare domain means itself and all below. */
  private static boolean inDomain(String name, String tree) {
    String host = name.startsWith("*.") ? name.substring(2) : name;
    return tree.isEmpty()
        || (!tree.startsWith(".") && host.equals(tree))
        || name.endsWith(tree.startsWith(".") ? tree : "." + tree);
  }

  /** For hosts of mail and URIs a bare domain means that host alone. */
  private static boolean isHostIn(String host, String tree) {
    return tree.isEmpty() || (tree.startsWith(".") ? host.endsWith(tree) : host.equals(tree));
  }

  private static boolean inMail(String address, String tree) {
    String lower = Ascii.lowerCase(address);
    return tree.indexOf('@') >= 0
        ? lower.equals(tree)
        : isHostIn(lower.substring(lower.indexOf('@') + 1), tree);
  }

  private static boolean atHost(String uri, String tree) {
    return AlternativeNames.hostOf(uri).map(host -> isHostIn(host, tree)).orElse(false);
  }

  private static boolean inRange(Bytes address, Bytes range) {
    int length = address.length();
    if (range.length() != 2 * length) {
      return false;
    }
    for (int i = 0; i < length; i++) {
      if (((address.at(i) ^ range.at(i)) & range.at(length + i)) != 0) {
        return false;
      }
    }
    return true;
  }
}
