package io.keymoot.admission.certificate;

import io.keymoot.admission.AdmissionLimits;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Decoded;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A distinguished name. Two are the same when their bytes are: an authority repeats its own name in
 * what it signs as it stands in its certificate, and comparing letters needs tables that change.
 *
 * @param der the name as received
 * @param steps its parts (RDNs) from the top, each with one attribute or, seldom, several
 */
public record Name(Bytes der, List<Step> steps) {

  /** One part of a name. */
  public record Step(Bytes der, List<Attribute> attributes) {}

  /**
   * @param oid in dotted form
   * @param value text; where it is of an old kind of string, # and the bytes in hex
   */
  public record Attribute(String oid, String value) {}

  private static final int SHOWN = 80;

  /** Reads one name and nothing after it. */
  public static Decoded<Name> decode(Bytes der) {
    try {
      Der in = Der.of(der);
      Name name = read(in, "the name");
      in.end("the name");
      return new Decoded.Ok<>(name);
    } catch (Der.Malformed e) {
      return new Decoded.Malformed<>(e.reason());
    }
  }

  static Name read(Der from, String field) {
    Bytes der = from.element(field);
    Der in = Der.of(der).enter(Der.SEQUENCE, field);
    List<Step> steps = new ArrayList<>();
    int attributes = 0;
    while (in.hasMore()) {
      Bytes stepDer = in.element(field);
      Der set = Der.of(stepDer).enter(Der.SET, field);
      List<Attribute> step = new ArrayList<>();
      do {
        Der pair = set.enter(Der.SEQUENCE, field);
        String oid = pair.oid(field);
        step.add(new Attribute(oid, text(pair, field)));
        pair.end(field);
        if (++attributes > AdmissionLimits.NAMES) {
          throw new Der.Malformed(field + " has more than " + AdmissionLimits.NAMES + " parts");
        }
      } while (set.hasMore());
      steps.add(new Step(stepDer, List.copyOf(step)));
    }
    return new Name(der, List.copyOf(steps));
  }

  private static String text(Der in, String field) {
    return switch (in.tag()) {
      case Der.UTF8_STRING -> utf8(in.content(Der.UTF8_STRING, field), field);
      case Der.PRINTABLE_STRING -> Der.ascii(in.content(Der.PRINTABLE_STRING, field), field);
      case Der.IA5_STRING -> Der.ascii(in.content(Der.IA5_STRING, field), field);
      // Teletex, BMP and the like: carried, shown as hex, and so matched by no pattern by accident.
      default -> "#" + in.element(field).toHex();
    };
  }

  private static String utf8(Bytes content, String field) {
    try {
      String text =
          StandardCharsets.UTF_8
              .newDecoder()
              .onMalformedInput(CodingErrorAction.REPORT)
              .onUnmappableCharacter(CodingErrorAction.REPORT)
              .decode(ByteBuffer.wrap(content.toArray()))
              .toString();
      for (int i = 0; i < text.length(); i++) {
        if (text.charAt(i) < 0x20 || (text.charAt(i) >= 0x7f && text.charAt(i) < 0xa0)) {
          throw new Der.Malformed(field + " has a control character");
        }
      }
      return text;
    } catch (CharacterCodingException e) {
      throw new Der.Malformed(field + " is not UTF-8");
    }
  }

  public boolean isEmpty() {
    return steps.isEmpty();
  }

  /** Every value of one kind, from the top. */
  public List<String> values(String oid) {
    List<String> values = new ArrayList<>();
    for (Step step : steps) {
      for (Attribute attribute : step.attributes()) {
        if (attribute.oid().equals(oid)) {
          values.add(attribute.value());
        }
      }
    }
    return values;
  }

  public Optional<String> organisation() {
    return values(Oids.ORGANISATION).stream().findFirst();
  }

  public Optional<String> commonName() {
    List<String> names = values(Oids.COMMON_NAME);
    return names.isEmpty() ? Optional.empty() : Optional.of(names.get(names.size() - 1));
  }

  /** Whether this name lies at or under {@code base}. */
  boolean isUnder(Name base) {
    if (steps.size() < base.steps.size()) {
      return false;
    }
    for (int i = 0; i < base.steps.size(); i++) {
      if (!steps.get(i).der().equals(base.steps.get(i).der())) {
        return false;
      }
    }
    return true;
  }

  /** The common name for a person, or the whole name where there is none. */
  public String shown() {
    return shown(commonName().orElseGet(this::toString));
  }

  /** As written in configuration files: {@code C=SE, O=Example, CN=door 7}. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    for (Step step : steps) {
      for (Attribute attribute : step.attributes()) {
        text.append(text.length() == 0 ? "" : ", ");
        text.append(Oids.shortName(attribute.oid())).append('=').append(attribute.value());
      }
    }
    return text.toString();
  }

  /**
   * Somebody else's text, safe to show in a line of ours: no controls, nothing that turns the line
   * around, and not long.
   */
  static String shown(String text) {
    StringBuilder safe = new StringBuilder();
    int shown = 0;
    for (int i = 0; i < text.length(); i += Character.charCount(text.codePointAt(i))) {
      if (shown++ == SHOWN) {
        return safe.append('…').toString();
      }
      int point = text.codePointAt(i);
      boolean control = point < 0x20 || (point >= 0x7f && point < 0xa0);
      boolean turning =
          (point >= 0x200b && point <= 0x200f)
              || (point >= 0x2028 && point <= 0x202e)
              || (point >= 0x2060 && point <= 0x206f)
              || point == 0xfeff
              || (point >= 0xd800 && point <= 0xdfff);
      safe.appendCodePoint(control || turning ? '?' : point);
    }
    return safe.toString();
  }
}
