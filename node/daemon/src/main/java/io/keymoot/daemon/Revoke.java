package io.keymoot.daemon;

import io.keymoot.admission.AdmissionLimits;
import io.keymoot.admission.WallTime;
import io.keymoot.admission.authority.Authority;
import io.keymoot.admission.certificate.Certificate;
import io.keymoot.admission.certificate.Pem;
import io.keymoot.admission.certificate.RevocationList;
import io.keymoot.daemon.setting.ErrorCode;
import io.keymoot.daemon.setting.PrivateFiles;
import io.keymoot.daemon.setting.Problem;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Decoded;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code keymoot ca revoke}: an authority takes certificates back. Its list is a file of its folder
 * and all that is kept of them: each list has what those before it had.
 */
@Command(
    name = "revoke",
    mixinStandardHelpOptions = true,
    description = "Takes certificates back, and writes the authority's list of them.",
    footer = {
      "",
      "The list goes into a folder of each device that 'keymoot paths' names and its owner makes",
      "('revocationLists'); it is then taken by:",
      "  keymoot config --reload",
      "Who is in a group already is put out by 'keymoot evict', not by a list.",
      "A policy with 'revocation: required' wants a list of each authority, of the root too, and",
      "wants it anew before it is out of date: without a certificate the list is renewed as it is.",
      "Examples:",
      "  keymoot ca revoke door7.pem --by ward3",
      "  keymoot ca revoke --serial 5f3a9c --by ward3",
      "  keymoot ca revoke --by root --days 365"
    })
final class Revoke extends Ca.Step {
  private static final String LIST = "revoked.crl";
  private static final int HEXADECIMAL = 16;

  @Parameters(
      paramLabel = "CERTIFICATE",
      arity = "0..*",
      description = "Files of devices' or sites' certificates; the first one of each is meant.")
  private List<Path> files = new ArrayList<>();

  @Option(
      names = "--serial",
      paramLabel = "HEX",
      description = "A serial number, where the certificate is not at hand.")
  private List<String> serials = new ArrayList<>();

  @Option(
      names = "--by",
      paramLabel = "FOLDER",
      required = true,
      description = "The folder of the authority that made them.")
  private Path by = Path.of("");

  @Option(
      names = "--days",
      paramLabel = "N",
      defaultValue = "30",
      description = "How long this list is good (default: ${DEFAULT-VALUE}).")
  private int days;

  @Override
  JsonObject act() {
    if (days < 1) {
      throw new IllegalArgumentException("A list is good for a day at least.");
    }
    try (Authority authority = Ca.load(by)) {
      List<BigInteger> meant = meant(authority);
      Path file = by.resolve(LIST);
      // Of two at once, one would lose what the other takes back.
      try (FileChannel alone = FileChannel.open(by.resolve(Ca.CHAIN), StandardOpenOption.WRITE);
          FileLock lock = alone.lock()) {
        if (!lock.isValid()) {
          throw new IOException("it cannot be locked");
        }
        return write(authority, meant, file);
      } catch (IOException e) {
        throw new Problem(
            ErrorCode.BAD_FILE,
            file + " cannot be written: " + PrivateFiles.why(e) + '.',
            "See that this user may write in " + by + '.');
      }
    }
  }

  private JsonObject write(Authority authority, List<BigInteger> meant, Path file)
      throws IOException {
    Optional<RevocationList> before = before(authority, file);
    SortedMap<BigInteger, WallTime> revoked = new TreeMap<>();
    before.ifPresent(list -> revoked.putAll(list.revoked()));
    int known = revoked.size();
    WallTime now = Ca.now();
    meant.forEach(serial -> revoked.putIfAbsent(serial, now));
    // Of two lists the one of the later second counts, whatever the clock did between.
    WallTime from =
        before
            .map(list -> list.thisUpdate().plusSeconds(1))
            .filter(least -> least.isAfter(now))
            .orElse(now);
    Bytes der =
        authority.revocationList(
            from.epochSecond(), new Authority.Validity(from, from.plusDays(days)), revoked);
    RevocationList made = readBack(der, authority, file);
    PrivateFiles.write(file, Ca.text(Pem.write(Pem.REVOCATION_LIST, der)));
    // It is for everybody.
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    return RevocationLists.shown(made)
        .put("added", revoked.size() - known)
        .put("file", file.toString());
  }

  /** As members will read it: what they would refuse is not given out. */
  private static RevocationList readBack(Bytes der, Authority authority, Path file) {
    return switch (RevocationList.decode(der)) {
      case Decoded.Ok<RevocationList> ok when ok.value().isBy(authority.certificate()) ->
          ok.value();
      case Decoded.Ok<RevocationList> ok ->
          throw Ca.unusable(file, "the authority's certificate does not let it sign lists");
      case Decoded.Malformed<RevocationList> bad -> throw Ca.unusable(file, bad.reason());
    };
  }

  private static Optional<RevocationList> before(Authority authority, Path file) {
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    RevocationList list = RevocationLists.of(file).get(0).list();
    if (!list.isBy(authority.certificate())) {
      // Beginning anew would give back all that was taken.
      throw Ca.unusable(file, "it is not by this authority, or was changed");
    }
    return Optional.of(list);
  }

  private List<BigInteger> meant(Authority authority) {
    List<BigInteger> meant = new ArrayList<>();
    for (Path file : files) {
      Certificate certificate = Ca.certificates(Ca.read(file), file).get(0);
      if (!certificate.issuer().der().equals(authority.certificate().subject().der())) {
        throw new Problem(
            ErrorCode.NOT_ALLOWED,
            file
                + ": the certificate of "
                + certificate.shown()
                + " was made by \""
                + certificate.issuer().shown()
                + "\", not by "
                + authority.certificate().shown()
                + '.',
            "Name with --by the folder of the authority that made it.");
      }
      meant.add(certificate.serial());
    }
    serials.forEach(text -> meant.add(serial(text)));
    return Collections.unmodifiableList(meant);
  }

  private static BigInteger serial(String text) {
    String digits = text.replace(":", "");
    if (!digits.matches("[0-9a-fA-F]{1," + 2 * AdmissionLimits.SERIAL_BYTES + "}")) {
      throw new IllegalArgumentException(
          "'" + text + "' is no serial number: 'keymoot ca show' prints those of certificates.");
    }
    return new BigInteger(digits, HEXADECIMAL);
  }

  @Override
  String done(JsonObject result) {
    int all = result.getJsonArray("revoked").size();
    return "The list has "
        + (all == 1 ? "1 certificate, " : all + " certificates, ")
        + result.getInteger("added")
        + " of them new, and is good until "
        + result.getString("until")
        + ".\nTake "
        + result.getString("file")
        + " into the folder of each device that its 'keymoot paths' calls revocationLists (mkdir -p"
        + " makes it); then, there: keymoot config --reload";
  }
}
