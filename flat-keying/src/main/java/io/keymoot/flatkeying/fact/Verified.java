package io.keymoot.flatkeying.fact;

import io.keymoot.flatkeying.wire.Bytes;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A fact whose author signed it and, for an Admit, whose rows signed themselves. Only {@link
 * FactVerifier} makes one, so who holds one need not ask.
 *
 * <p>What it does not say: that the author is a member or has the right, nor that the evidence in a
 * Rekey holds, whose signers' keys only the past of the fact tells. That is section 5's.
 */
public final class Verified {
  private final Envelope envelope;
  private final Bytes signer;

  Verified(Envelope envelope, Bytes signer) {
    this.envelope = envelope;
    this.signer = signer;
  }

  public FactId id() {
    return envelope.id();
  }

  public Header header() {
    return envelope.header();
  }

  public Fact fact() {
    return envelope.fact();
  }

  public Envelope envelope() {
    return envelope;
  }

  /** SubjectPublicKeyInfo of the key that signed; whether it is the author's, its past says. */
  public Bytes signer() {
    return signer;
  }

  /** Header and signature alone, as a proof carries them. */
  public SignedHeader signedHeader() {
    return new SignedHeader(envelope.header(), envelope.signature());
  }

  /** The same when its cover has been erased. */
  public Verified withoutCover() {
    return envelope.cover().isEmpty() ? this : new Verified(envelope.withoutCover(), signer);
  }

  /** The same with the cover it was signed with; none if {@code cover} is another. */
  public Optional<Verified> withCover(Bytes cover) {
    boolean own = envelope.fact() instanceof Rekey rekey && cover.sha256().equals(rekey.cover());
    return own ? Optional.of(new Verified(envelope.withCover(cover), signer)) : Optional.empty();
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Verified that
        && envelope.equals(that.envelope)
        && signer.equals(that.signer);
  }

  @Override
  public int hashCode() {
    return envelope.id().hashCode();
  }

  @Override
  public String toString() {
    return "Verified[" + envelope.header().type() + " " + envelope.id() + "]";
  }
}
