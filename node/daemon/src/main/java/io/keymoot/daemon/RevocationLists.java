package io.keymoot.daemon;

import io.keymoot.admission.AdmissionLimits;
import io.keymoot.admission.certificate.Pem;
import io.keymoot.admission.certificate.RevocationList;
import io.keymoot.daemon.setting.ErrorCode;
import io.keymoot.daemon.setting.Places;
import io.keymoot.daemon.setting.PrivateFiles;
import io.keymoot.daemon.setting.Problem;
import io.keymoot.daemon.setting.Setting;
import io.keymoot.daemon.setting.Settings;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Decoded;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The revocation lists beside the policy: the files of one folder, each in PEM or DER. They are
 * taken all together or not at all: with one of them left out, whoever it names would be let in.
 */
record RevocationLists(Path folder, List<Kept> all) {
  /** A list, and the file that has it. */
  record Kept(Path file, Bytes der, RevocationList list) {}

  /** Base64 makes four letters of three bytes; what people write around them is short. */
  private static final int MOST_BYTES = 2 * AdmissionLimits.REVOCATION_LIST_BYTES;

  private static final String PEM_BEGINS = "-----BEGIN ";

  static RevocationLists read(Places places, Settings settings) {
    Path folder = places.revocationLists(settings);
    if (!Files.exists(folder) && !settings.has(Setting.REVOCATION_LISTS)) {
      return new RevocationLists(folder, List.of());
    }
    List<Kept> all = new ArrayList<>();
    for (Path file : files(folder)) {
      all.addAll(of(file));
      if (all.size() > AdmissionLimits.REVOCATION_LISTS) {
        throw new Problem(
            ErrorCode.BAD_FILE,
            "In "
                + folder
                + " are more than "
                + AdmissionLimits.REVOCATION_LISTS
                + " revocation lists.",
            "Leave the newest of each authority there, and take the others away.");
      }
    }
    return new RevocationLists(folder, List.copyOf(all));
  }

  /** What is hidden belongs to editors and to those who swap whole folders. */
  private static List<Path> files(Path folder) {
    try (Stream<Path> found = Files.list(folder)) {
      return found
          .filter(file -> !file.getFileName().toString().startsWith("."))
          .filter(file -> !Files.isDirectory(file))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new Problem(
          ErrorCode.BAD_FILE,
          "The revocation lists in " + folder + " cannot be read: " + PrivateFiles.why(e) + '.',
          "Make the folder, or name the right one with the setting 'revocation-lists'.");
    }
  }

  /** A file may hold several lists in PEM, and one in DER. */
  static List<Kept> of(Path file) {
    byte[] content = PrivateFiles.read(file, MOST_BYTES);
    String text = new String(content, StandardCharsets.ISO_8859_1);
    List<Bytes> ders =
        text.contains(PEM_BEGINS)
            ? switch (Pem.read(Pem.REVOCATION_LIST, text)) {
              case Decoded.Ok<List<Bytes>> ok -> ok.value();
              case Decoded.Malformed<List<Bytes>> bad -> throw unusable(file, bad.reason());
            }
            : List.of(Bytes.owning(content));
    List<Kept> all = new ArrayList<>();
    for (Bytes der : ders) {
      switch (RevocationList.decode(der)) {
        case Decoded.Ok<RevocationList> ok -> all.add(new Kept(file, der, ok.value()));
        case Decoded.Malformed<RevocationList> bad -> throw unusable(file, bad.reason());
      }
    }
    return all;
  }

  private static Problem unusable(Path file, String why) {
    return new Problem(
        ErrorCode.BAD_FILE,
        file + " is no revocation list that can be used: " + why + '.',
        "Put a whole list of an authority there, in PEM or DER, or take the file away; none of the"
            + " folder is taken until then.");
  }

  List<Bytes> ders() {
    return all.stream().map(Kept::der).toList();
  }

  boolean isEmpty() {
    return all.isEmpty();
  }

  String counted() {
    return all.size() == 1 ? "1 revocation list" : all.size() + " revocation lists";
  }

  static JsonObject shown(RevocationList list) {
    JsonArray revoked = new JsonArray();
    list.revoked().forEach((serial, since) -> revoked.add(serial.toString(16) + ", " + since));
    JsonObject shown =
        new JsonObject()
            .put("kind", "revocation list")
            .put("issuer", list.issuer().shown())
            .put("from", list.thisUpdate().toString());
    list.nextUpdate().ifPresent(next -> shown.put("until", next.toString()));
    return shown.put("revoked", revoked);
  }
}
