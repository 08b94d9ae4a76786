package io.keymoot.runtime;

import io.keymoot.admission.authority.KeyFile;
import io.keymoot.admission.certificate.Certificate;
import io.keymoot.admission.certificate.Credential;
import io.keymoot.admission.certificate.Pem;
import io.keymoot.flatkeying.crypto.SigningKey;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Decoded;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * Reads a device's identity from its folder: {@code identity.p12}, or {@code key.pem} and beside
 * it, if somebody certified the key, {@code chain.pem} with the device's certificate first.
 */
final class IdentityFiles {
  static final String PKCS12 = "identity.p12";
  static final String KEY = "key.pem";
  static final String CHAIN = "chain.pem";

  private IdentityFiles() {}

  /** The file whose change means a renewed certificate. */
  static Path certificates(Path folder) {
    Path pkcs12 = folder.resolve(PKCS12);
    return Files.exists(pkcs12) ? pkcs12 : folder.resolve(CHAIN);
  }

  /**
   * Whether there is anything of an identity: a chain alone too, whose key is lost, and a link to
   * what is not there now. A new device in its place would be a stranger to all who knew it.
   */
  static boolean hasAny(Path folder) {
    return Stream.of(PKCS12, KEY, CHAIN)
        .anyMatch(name -> Files.exists(folder.resolve(name), LinkOption.NOFOLLOW_LINKS));
  }

  static Identity load(Path folder, char[] password) {
    Path pkcs12 = folder.resolve(PKCS12);
    if (Files.exists(pkcs12)) {
      return ofPkcs12(pkcs12, password);
    }
    Path keyFile = folder.resolve(KEY);
    if (Files.notExists(keyFile) && Files.exists(folder.resolve(CHAIN))) {
      throw new IdentityUnusable(
          keyFile,
          "there is no such file, though " + CHAIN + " beside it certifies a key",
          "Put the key back. If it is lost for good, move "
              + CHAIN
              + " away: then a new device can be made here, and be certified anew.");
    }
    byte[] pem = secretBytes(keyFile);
    SigningKey key;
    try {
      key =
          switch (KeyFile.fromPem(pem)) {
            case Decoded.Ok<SigningKey> ok -> ok.value();
            case Decoded.Malformed<SigningKey> bad ->
                throw new IdentityUnusable(
                    keyFile, bad.reason(), "Put back the key, or make a new identity elsewhere.");
          };
    } finally {
      Arrays.fill(pem, (byte) 0);
    }
    Path chain = folder.resolve(CHAIN);
    if (!Files.exists(chain)) {
      return new Identity(key, Credential.SELF_MADE);
    }
    try {
      return new Identity(key, credential(chain, key.spki()));
    } catch (IdentityUnusable e) {
      key.close();
      throw e;
    }
  }

  /** The chain of a file, whose first certificate must be over the key. */
  private static Credential credential(Path file, Bytes key) {
    String text = new String(bytes(file), StandardCharsets.US_ASCII);
    List<Certificate> chain = new ArrayList<>();
    switch (Pem.read(Pem.CERTIFICATE, text)) {
      case Decoded.Malformed<List<Bytes>> bad -> throw chainUnusable(file, bad.reason());
      case Decoded.Ok<List<Bytes>> ok -> {
        for (Bytes der : ok.value()) {
          switch (Certificate.decode(der)) {
            case Decoded.Malformed<Certificate> bad ->
                throw chainUnusable(
                    file,
                    "certificate " + (chain.size() + 1) + " is not acceptable: " + bad.reason());
            case Decoded.Ok<Certificate> each -> chain.add(each.value());
          }
        }
      }
    }
    if (!chain.get(0).key().equals(key)) {
      throw chainUnusable(file, "its first certificate is over another key than this device's");
    }
    return Credential.ofChain(chain);
  }

  private static IdentityUnusable chainUnusable(Path file, String why) {
    return new IdentityUnusable(file, why, "Have the device's key certified again.");
  }

  private static Identity ofPkcs12(Path file, char[] password) {
    byte[] bytes = secretBytes(file);
    try {
      return switch (KeyFile.fromPkcs12(bytes, password)) {
        case Decoded.Ok<KeyFile.Contents> ok ->
            new Identity(
                ok.value().key(),
                ok.value().chain().isEmpty()
                    ? Credential.SELF_MADE
                    : Credential.ofChain(ok.value().chain()));
        case Decoded.Malformed<KeyFile.Contents> bad ->
            throw new IdentityUnusable(
                file, bad.reason(), "Check the file and its password, or put back a copy.");
      };
    } finally {
      Arrays.fill(bytes, (byte) 0);
    }
  }

  private static byte[] secretBytes(Path file) {
    byte[] bytes = bytes(file);
    try {
      if (OwnFile.isOpenToOthers(file)) {
        Arrays.fill(bytes, (byte) 0);
        throw new IdentityUnusable(
            file,
            "others on this machine can read or change the private key in it",
            "Have the device certified anew if they may have; else: chmod 600 " + file);
      }
    } catch (IOException e) {
      throw new IdentityUnusable(file, e.toString(), "Check the disk.");
    }
    return bytes;
  }

  private static byte[] bytes(Path file) {
    try {
      if (Files.size(file) > RuntimeLimits.IDENTITY_BYTES) {
        throw new IdentityUnusable(file, "it is far too large", "Put back the right file.");
      }
      return Files.readAllBytes(file);
    } catch (NoSuchFileException e) {
      throw new IdentityUnusable(
          file,
          "there is no such file",
          "Put "
              + PKCS12
              + ", or "
              + KEY
              + " and "
              + CHAIN
              + ", into the folder, or make a new one.");
    } catch (IOException e) {
      throw new IdentityUnusable(file, e.toString(), "Check its rights and the disk.");
    }
  }

  /** Makes an identity of a folder that has none. */
  static Identity make(Path folder) {
    Identity made = Identity.selfMade();
    byte[] pem = KeyFile.pem(made.key());
    try {
      Files.createDirectories(folder);
      OwnFile.write(folder.resolve(KEY), pem);
      return made;
    } catch (IOException e) {
      made.close();
      throw new IdentityUnusable(folder.resolve(KEY), e.toString(), "Make the folder writable.");
    } finally {
      Arrays.fill(pem, (byte) 0);
    }
  }
}
