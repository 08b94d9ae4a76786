package io.keymoot.admission;

import io.keymoot.admission.certificate.CheckedText;
import io.keymoot.admission.certificate.Credential;
import io.keymoot.flatkeying.Entropy;
import io.keymoot.flatkeying.crypto.SignatureKind;
import io.keymoot.flatkeying.crypto.SigningKey;
import io.keymoot.flatkeying.fact.GroupId;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Decoded;
import io.keymoot.flatkeying.wire.Hash32;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.params.Argon2Parameters;

/**
 * The secret of an invite, on its way from who invites to who is invited.
 *
 * <p>It is the seed of a signing key. The inviting side keeps the public half only, so neither its
 * policy file nor its memory lets anybody in, and a proof shown in public lets in nobody but the
 * device it names. A <i>link</i> holds 128 random bits. A <i>code</i> is short enough to read
 * aloud, 64 bits; so that nobody who knows the public half can try them all, each try costs 32 MiB
 * and a good part of a second (Argon2id).
 *
 * <p>Its text is a String because people must read it: it cannot be wiped from memory. What {@link
 * #close} wipes is our own copy.
 */
public final class InviteSecret implements AutoCloseable {
  private static final String LINK = "keymoot:join?";
  private static final String GROUP = "group=";
  private static final String INVITE = "invite=";

  private static final int LINK_BYTES = 16;
  private static final int CODE_BYTES = 8;
  private static final int SEED_BYTES = 32;
  private static final int CODE_GROUP = 7;

  private static final byte[] LINK_LABEL =
      "keymoot invite link 1".getBytes(StandardCharsets.US_ASCII);
  // Argon2 wants a salt. One for all: every code is its own, drawn at random and used for one
  // invite.
  private static final byte[] CODE_SALT =
      "keymoot invite code 1".getBytes(StandardCharsets.US_ASCII);
  private static final int ARGON_KIB = 32 * 1024;
  private static final int ARGON_PASSES = 3;

  private final Optional<GroupId> group;
  private final byte[] secret;
  private final SigningKey key;

  private InviteSecret(Optional<GroupId> group, byte[] secret) {
    this.group = group;
    this.secret = secret;
    byte[] seed = secret.length == LINK_BYTES ? linkSeed(secret) : codeSeed(secret);
    this.key = SigningKey.fromSecret(SignatureKind.ED25519, seed).orThrow();
    Arrays.fill(seed, (byte) 0);
  }

  /**
   * @param group goes into the link, so who follows it joins that group and no other
   */
  public static InviteSecret link(Optional<GroupId> group, Entropy entropy) {
    return new InviteSecret(group, entropy.bytes(LINK_BYTES));
  }

  public static InviteSecret code(Entropy entropy) {
    return new InviteSecret(Optional.empty(), entropy.bytes(CODE_BYTES));
  }

  /** Reads what {@link #text} wrote; a code may be typed without hyphens and in small letters. */
  public static Decoded<InviteSecret> parse(String text) {
    String plain = text.trim();
    if (!plain.startsWith(LINK)) {
      return secret(Optional.empty(), plain, CODE_BYTES);
    }
    Optional<GroupId> group = Optional.empty();
    String invite = "";
    for (String part : plain.substring(LINK.length()).split("&", -1)) {
      if (part.startsWith(GROUP)) {
        try {
          group = Optional.of(new GroupId(Hash32.fromHex(part.substring(GROUP.length()))));
        } catch (IllegalArgumentException e) {
          return new Decoded.Malformed<>("the link's group is not 64 hex digits");
        }
      } else if (part.startsWith(INVITE)) {
        invite = part.substring(INVITE.length());
      } else {
        return new Decoded.Malformed<>("the link has a part that is neither group nor invite");
      }
    }
    return secret(group, invite, LINK_BYTES);
  }

  private static Decoded<InviteSecret> secret(Optional<GroupId> group, String text, int length) {
    return switch (CheckedText.parse(text, length)) {
      case Decoded.Ok<Bytes> ok -> new Decoded.Ok<>(new InviteSecret(group, ok.value().toArray()));
      case Decoded.Malformed<Bytes> bad ->
          new Decoded.Malformed<>("the invite is mistyped: " + bad.reason());
    };
  }

  public Optional<GroupId> group() {
    return group;
  }

  /** For whom it is meant, to be shown once. */
  public String text() {
    boolean link = secret.length == LINK_BYTES;
    String invite = CheckedText.of(secret, link ? Integer.MAX_VALUE : CODE_GROUP);
    if (!link) {
      return invite;
    }
    String where = group.map(id -> GROUP + id.hash().toHex() + '&').orElse("");
    return LINK + where + INVITE + invite;
  }

  /** SubjectPublicKeyInfo: for an {@link Invite}, or for a Found's invite key. */
  public Bytes publicKey() {
    return key.spki();
  }

  /**
   * Shows that the device of {@code deviceKey} has this invite; for {@link Credential#withInvite}.
   */
  public Bytes prove(Bytes deviceKey) {
    return key.sign(Credential.inviteMessage(deviceKey).toArray());
  }

  private static byte[] linkSeed(byte[] secret) {
    return Hash32.sha256(LINK_LABEL, secret).toArray();
  }

  private static byte[] codeSeed(byte[] secret) {
    Argon2BytesGenerator argon = new Argon2BytesGenerator();
    argon.init(
        new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
            .withVersion(Argon2Parameters.ARGON2_VERSION_13)
            .withSalt(CODE_SALT)
            .withMemoryAsKB(ARGON_KIB)
            .withIterations(ARGON_PASSES)
            .withParallelism(1)
            .build());
    byte[] seed = new byte[SEED_BYTES];
    argon.generateBytes(secret, seed);
    return seed;
  }

  @Override
  public void close() {
    Arrays.fill(secret, (byte) 0);
    key.close();
  }

  @Override
  public String toString() {
    return "InviteSecret";
  }
}
