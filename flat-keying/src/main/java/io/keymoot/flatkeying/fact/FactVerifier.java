package io.keymoot.flatkeying.fact;

import io.keymoot.flatkeying.Limits;
import io.keymoot.flatkeying.crypto.VerifyKey;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Decoded;
import io.keymoot.flatkeying.wire.Hash32;
import io.keymoot.flatkeying.wire.WireWriter;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Checks who signed. The one door from {@link Envelope} to {@link Verified}.
 *
 * <p>Which key is an author's is for the caller to know, from the row that let the author in. A
 * Found brings its own. For one thread.
 */
public final class FactVerifier {
  private static final byte[] FACT_QUESTION = "fact".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] ROW_QUESTION = "rows".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] SIGNATURE_QUESTION = "sign".getBytes(StandardCharsets.US_ASCII);

  private final VerifyMemory memory;

  /** Who takes a fact asks twice within a moment, first whose it is: without memory too, once. */
  private @Nullable Signer lastSigner;

  private record Signer(Envelope envelope, Bytes author, Optional<Rejection> wrong) {}

  /** Keys used lately: to read one takes a tenth of the time of a check. */
  private final Map<Bytes, VerifyKey> keys =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Bytes, VerifyKey> eldest) {
          return size() > Limits.REMEMBERED_KEYS;
        }
      };

  /**
   * @param memory {@link VerifyMemory#NONE}, or one that several verifiers of a thread may share
   */
  public FactVerifier(VerifyMemory memory) {
    this.memory = memory;
  }

  /** Checks a Found against the key of its founder's row. */
  public Verification verifyFound(Envelope found) {
    if (!(found.fact() instanceof Found content)) {
      throw new IllegalStateException(found.header().type() + " brings no key of its own");
    }
    return verify(found, content.founder().key());
  }

  /**
   * Checks all the signatures of a fact that need no other fact to be checked.
   *
   * @param author SubjectPublicKeyInfo of the author's key
   */
  public Verification verify(Envelope envelope, Bytes author) {
    // The header names the content's hash, so header, signature and key decide everything here.
    if (envelope.fact() instanceof Found found && !found.founder().key().equals(author)) {
      return new Verification.Rejected(Rejection.FOUNDER_KEY);
    }
    Optional<Rejection> wrong = checkSigner(envelope, author);
    if (wrong.isEmpty()) {
      wrong = checkContent(envelope, author);
    }
    return wrong.isPresent()
        ? new Verification.Rejected(wrong.get())
        : new Verification.Accepted(new Verified(envelope, author));
  }

  /**
   * Whether this key signed the fact, whatever its rows are worth: for whoever must know whose it
   * is before it does any more work for it.
   */
  public boolean isSigned(Envelope envelope, Bytes author) {
    return checkSigner(envelope, author).isEmpty();
  }

  private Optional<Rejection> checkSigner(Envelope envelope, Bytes author) {
    Signer last = lastSigner;
    if (last != null && last.envelope == envelope && last.author.equals(author)) {
      return last.wrong;
    }
    Header header = envelope.header();
    Optional<Rejection> wrong =
        memory.answer(
            question(SIGNATURE_QUESTION, author, envelope.signature(), envelope.head()),
            () ->
                checkSignature(
                    author,
                    HeaderCodec.signed(header.type(), header.group(), envelope.head()),
                    envelope.signature(),
                    Rejection.AUTHOR_KEY,
                    Rejection.AUTHOR_SIGNATURE));
    lastSigner = new Signer(envelope, author, wrong);
    return wrong;
  }

  private Optional<Rejection> checkContent(Envelope envelope, Bytes author) {
    return switch (envelope.fact()) {
      case Found found -> checkInviteKey(found.trust());
      case Admit admit ->
          memory.answer(
              question(FACT_QUESTION, author, envelope.signature(), envelope.head()),
              () -> checkRows(admit));
      case Here here -> Optional.empty();
      case Rekey rekey -> Optional.empty();
      case Reseal reseal -> Optional.empty();
    };
  }

  private static Optional<Rejection> checkInviteKey(Trust trust) {
    boolean usable =
        trust.inviteKey().map(key -> VerifyKey.parse(key) instanceof Decoded.Ok).orElse(true);
    return usable ? Optional.empty() : Optional.of(Rejection.INVITE_KEY);
  }

  private Optional<Rejection> checkRows(Admit admit) {
    for (SignedJoinRequest row : admit.rows()) {
      Optional<Rejection> wrong = checkRow(row);
      if (wrong.isPresent()) {
        return wrong;
      }
    }
    return Optional.empty();
  }

  private Optional<Rejection> checkRow(SignedJoinRequest row) {
    Bytes body = JoinRequestCodec.encodeBody(row.request());
    if (!row.member().hash().equals(body.sha256())) {
      return Optional.of(Rejection.ROW_SIGNATURE);
    }
    // Remembered by itself too: two introducers may let in the same newcomer.
    Bytes key = row.request().key();
    return memory.answer(
        question(ROW_QUESTION, key, row.signature(), body),
        () ->
            checkSignature(
                key,
                HeaderCodec.signed(MessageType.JOIN_REQUEST, row.request().group(), body),
                row.signature(),
                Rejection.ROW_KEY,
                Rejection.ROW_SIGNATURE));
  }

  /** Whether the newcomer signed its request, and the request names it. */
  public boolean holds(SignedJoinRequest request) {
    return checkRow(request).isEmpty();
  }

  /** Whether this key signed the wish to go. */
  public boolean holds(Leave leave, Bytes spki) {
    return holds(new SignedHeader(leave.header(), leave.signature()), spki);
  }

  /** Whether this key signed the approval. */
  public boolean holds(Approval approval, Bytes spki) {
    return holds(new SignedHeader(approval.header(), approval.signature()), spki);
  }

  /** Whether this key signed the header: a fact's, a heartbeat's or a side message's. */
  public boolean holds(SignedHeader signed, Bytes spki) {
    Header header = signed.header();
    Bytes bytes = HeaderCodec.encode(header);
    return memory
        .answer(
            question(SIGNATURE_QUESTION, spki, signed.signature(), bytes),
            () ->
                checkSignature(
                    spki,
                    HeaderCodec.signed(header.type(), header.group(), bytes),
                    signed.signature(),
                    Rejection.AUTHOR_KEY,
                    Rejection.AUTHOR_SIGNATURE))
        .isEmpty();
  }

  private Optional<Rejection> checkSignature(
      Bytes spki, byte[] message, Bytes signature, Rejection badKey, Rejection badSignature) {
    VerifyKey key = keys.get(spki);
    if (key == null) {
      if (!(VerifyKey.parse(spki) instanceof Decoded.Ok<VerifyKey> ok)) {
        return Optional.of(badKey);
      }
      key = ok.value();
      keys.put(spki, key);
    }
    return key.verify(message, signature) ? Optional.empty() : Optional.of(badSignature);
  }

  private static Supplier<Hash32> question(byte[] kind, Bytes key, Bytes signature, Bytes signed) {
    return () ->
        Hash32.sha256(
            new WireWriter().fixed(kind).bytes(key).bytes(signature).fixed(signed).toArray());
  }
}
