package io.keymoot.daemon;

import io.keymoot.admission.certificate.CheckedText;
import io.keymoot.daemon.api.Times;
import io.keymoot.daemon.setting.ErrorCode;
import io.keymoot.daemon.setting.PrivateFiles;
import io.keymoot.daemon.setting.Problem;
import io.keymoot.flatkeying.fact.Fingerprint;
import io.keymoot.flatkeying.wire.Decoded;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The devices that somebody here compared codes with, and when, kept in a file: a fingerprint and a
 * time a line. Nobody else is told, and nothing in the protocol depends on it.
 */
final class Acquaintances {
  private static final String FIRST_LINE = "keymoot verified 2";
  private static final int MOST_BYTES = 1 << 20;

  private static final byte[] LABEL = "keymoot verify code 1".getBytes(StandardCharsets.US_ASCII);

  /** Makes the search for two devices with one code dearer; see SecurityCode. */
  private static final int ROUNDS = 1 << 14;

  private static final int DIGITS = 30;
  private static final int GROUP = 5;

  private final Path file;
  private final InstantSource clock;
  private final SortedMap<Fingerprint, Instant> known = new TreeMap<>(); // guarded by this

  /** A file that cannot be read is an error: to drop it in silence would unverify everybody. */
  Acquaintances(Path file, InstantSource clock) {
    this.file = file;
    this.clock = clock;
    if (!Files.exists(file)) {
      return;
    }
    String[] lines =
        new String(PrivateFiles.read(file, MOST_BYTES), StandardCharsets.UTF_8).split("\n", -1);
    if (!lines[0].equals(FIRST_LINE)) {
      throw damaged("it does not begin with '" + FIRST_LINE + "'");
    }
    for (String line : Arrays.asList(lines).subList(1, lines.length)) {
      if (line.isBlank()) {
        continue;
      }
      String[] words = line.split(" ", -1);
      if (words.length != 2) {
        throw damaged("a line is no fingerprint and a time");
      }
      switch (CheckedText.fingerprint(words[0])) {
        case Decoded.Ok<Fingerprint> ok -> known.put(ok.value(), time(words[1]));
        case Decoded.Malformed<Fingerprint> bad -> throw damaged(bad.reason());
      }
    }
  }

  private Instant time(String text) {
    try {
      return Instant.parse(text);
    } catch (DateTimeParseException e) {
      throw damaged("'" + text + "' is no time");
    }
  }

  private Problem damaged(String why) {
    return new Problem(
        ErrorCode.BAD_FILE,
        file + " is damaged: " + why + '.',
        "Move it away to begin anew; who was verified must then be verified again.");
  }

  synchronized boolean knows(Fingerprint device) {
    return known.containsKey(device);
  }

  /** When its code was compared last, and was the same. */
  synchronized Optional<Instant> since(Fingerprint device) {
    return Optional.ofNullable(known.get(device));
  }

  synchronized void record(Fingerprint device, boolean same) {
    if (same) {
      known.put(device, clock.instant());
    } else if (known.remove(device) == null) {
      return;
    }
    StringBuilder text = new StringBuilder(FIRST_LINE).append('\n');
    known.forEach(
        (each, at) ->
            text.append(CheckedText.of(each)).append(' ').append(Times.text(at)).append('\n'));
    PrivateFiles.write(file, text.toString().getBytes(StandardCharsets.UTF_8));
  }

  /** The same on both devices, whoever asks. */
  static String code(Fingerprint one, Fingerprint other) {
    boolean inOrder = one.compareTo(other) < 0;
    byte[] first = (inOrder ? one : other).hash().toArray();
    byte[] second = (inOrder ? other : one).hash().toArray();
    try {
      Mac mac = Mac.getInstance("HmacSHA512");
      mac.init(new SecretKeySpec(LABEL, "HmacSHA512"));
      mac.update(first);
      byte[] state = mac.doFinal(second);
      for (int round = 1; round < ROUNDS; round++) {
        state = mac.doFinal(state);
      }
      String digits =
          String.format(
              Locale.ROOT,
              "%0" + DIGITS + "d",
              new BigInteger(1, state).mod(BigInteger.TEN.pow(DIGITS)));
      StringBuilder grouped = new StringBuilder();
      for (int at = 0; at < DIGITS; at += GROUP) {
        grouped.append(at == 0 ? "" : " ").append(digits, at, at + GROUP);
      }
      return grouped.toString();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has HMAC", e);
    }
  }
}
