package io.keymoot.daemon;

import io.keymoot.admission.InviteSecret;
import io.keymoot.admission.authority.KeyFile;
import io.keymoot.admission.certificate.Certificate;
import io.keymoot.admission.certificate.CheckedText;
import io.keymoot.admission.certificate.Credential;
import io.keymoot.admission.certificate.Pem;
import io.keymoot.daemon.setting.ErrorCode;
import io.keymoot.daemon.setting.Places;
import io.keymoot.daemon.setting.PrivateFiles;
import io.keymoot.daemon.setting.Problem;
import io.keymoot.daemon.setting.Setting;
import io.keymoot.daemon.setting.Settings;
import io.keymoot.flatkeying.crypto.SignatureKind;
import io.keymoot.flatkeying.crypto.SigningKey;
import io.keymoot.flatkeying.fact.Fingerprint;
import io.keymoot.flatkeying.wire.Decoded;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;

/**
 * This device's key and certificates, in a folder: {@code key.pem}, readable by its owner alone,
 * and {@code chain.pem}, the device's certificate first, where it has one.
 *
 * @param chain empty where nobody certified it
 */
record DeviceKey(Path folder, SigningKey key, List<Certificate> chain) implements AutoCloseable {
  private static final String KEY = "key.pem";
  private static final String CHAIN = "chain.pem";
  private static final int MOST_BYTES = 64 << 10;

  static DeviceKey openOrMake(Surroundings surroundings) {
    return openOrMake(surroundings.places(), surroundings.settings());
  }

  static DeviceKey openOrMake(Places places, Settings settings) {
    Path folder = places.identity(settings);
    Path file = folder.resolve(KEY);
    if (!Files.exists(file)) {
      if (Files.exists(folder.resolve(CHAIN))) {
        throw keyLost(file);
      }
      PrivateFiles.folder(folder);
      SigningKey made = SigningKey.generate(SignatureKind.ED25519, new SecureRandom()::nextBytes);
      byte[] pem = KeyFile.pem(made);
      try {
        PrivateFiles.create(file, pem);
      } finally {
        Arrays.fill(pem, (byte) 0);
      }
      return new DeviceKey(folder, made, List.of());
    }
    return open(folder);
  }

  static DeviceKey open(Path folder) {
    Path file = folder.resolve(KEY);
    try {
      if (Files.exists(file) && !PrivateFiles.isPrivate(file)) {
        throw new Problem(
            ErrorCode.BAD_IDENTITY,
            "Other users can read or change " + file + ", the key of this device.",
            "If nobody has: chmod 600 " + file + ". If somebody may have: make a new one.");
      }
    } catch (IOException e) {
      throw unusable(file, PrivateFiles.why(e));
    }
    byte[] pem = PrivateFiles.read(file, MOST_BYTES);
    try {
      SigningKey key =
          switch (KeyFile.fromPem(pem)) {
            case Decoded.Ok<SigningKey> ok -> ok.value();
            case Decoded.Malformed<SigningKey> bad -> throw unusable(file, bad.reason());
          };
      Path chain = folder.resolve(CHAIN);
      List<Certificate> certificates =
          Files.exists(chain) ? Ca.certificates(Ca.read(chain), chain) : List.of();
      DeviceKey device = new DeviceKey(folder, key, certificates);
      if (!certificates.isEmpty()) {
        device.requireOwn(certificates, chain);
      }
      return device;
    } finally {
      Arrays.fill(pem, (byte) 0);
    }
  }

  /** Takes a certificate over this key: at the next start, or at once by a reload. */
  DeviceKey install(Path file) {
    List<Certificate> fresh = Ca.certificates(Ca.read(file), file);
    requireOwn(fresh, file);
    StringBuilder pem = new StringBuilder();
    fresh.forEach(each -> pem.append(Pem.write(Pem.CERTIFICATE, each.der())));
    PrivateFiles.write(folder.resolve(CHAIN), pem.toString().getBytes(StandardCharsets.UTF_8));
    return new DeviceKey(folder, key, fresh);
  }

  /** The same key, with other certificates over it. */
  DeviceKey with(List<Certificate> fresh) {
    return new DeviceKey(folder, key, fresh);
  }

  private void requireOwn(List<Certificate> certificates, Path file) {
    if (!certificates.get(0).key().equals(key.spki())) {
      throw unusable(
          file,
          "its first certificate is over another key than this device's, whose fingerprint is "
              + CheckedText.brief(fingerprint())
              + "…");
    }
  }

  /** A new key in its place would be a stranger to all who let the certified one in. */
  private static Problem keyLost(Path file) {
    return new Problem(
        ErrorCode.BAD_IDENTITY,
        file + " cannot be used: it is not there, though " + CHAIN + " beside it certifies a key.",
        "Put the key back. If it is lost for good, move "
            + CHAIN
            + " away: then a new one is made, which can be certified anew.");
  }

  private static Problem unusable(Path file, String why) {
    return new Problem(
        ErrorCode.BAD_IDENTITY,
        file + " cannot be used: " + why + '.',
        "Put the right file in its place, or name another folder with the setting 'identity'.");
  }

  Fingerprint fingerprint() {
    return Fingerprint.of(key.spki());
  }

  /** What it shows of itself: its certificates, and the invite that the settings name. */
  Credential credential(Settings settings) {
    Credential shown = chain.isEmpty() ? Credential.SELF_MADE : Credential.ofChain(chain);
    if (!settings.has(Setting.INVITE_FILE)) {
      return shown;
    }
    Path file = Path.of(settings.get(Setting.INVITE_FILE));
    try {
      if (Files.exists(file) && !PrivateFiles.isPrivate(file)) {
        throw new Problem(
            ErrorCode.BAD_FILE,
            "Other users can read or change "
                + file
                + ", and who reads it can come in in this device's place.",
            "If nobody has: chmod 600 " + file + ". If somebody may have: ask for a new invite.");
      }
    } catch (IOException e) {
      throw unusable(file, PrivateFiles.why(e));
    }
    switch (InviteSecret.parse(Ca.read(file).strip())) {
      case Decoded.Malformed<InviteSecret> bad -> throw unusable(file, bad.reason());
      case Decoded.Ok<InviteSecret> ok -> {
        try (InviteSecret invite = ok.value()) {
          return shown.withInvite(invite.prove(key.spki()));
        }
      }
    }
  }

  @Override
  public void close() {
    key.close();
  }

  @Override
  public String toString() {
    return "DeviceKey of " + CheckedText.brief(fingerprint());
  }
}
