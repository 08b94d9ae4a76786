package io.keymoot.benchmarks;

import java.util.ArrayList;
import java.util.concurrent.TimeUnit;
import org.bouncycastle.crypto.AsymmetricCipherKeyPair;
import org.bouncycastle.mls.TreeKEM.LeafNode;
import org.bouncycastle.mls.TreeKEM.LifeTime;
import org.bouncycastle.mls.codec.Capabilities;
import org.bouncycastle.mls.codec.Credential;
import org.bouncycastle.mls.codec.MLSMessage;
import org.bouncycastle.mls.crypto.MlsCipherSuite;
import org.bouncycastle.mls.protocol.Group;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What Bouncy Castle's MLS takes to protect 1,200 bytes: it ratchets a key and signs, for each
 * message. To be fair, that buys forward secrecy and a proved sender for each, which frames have
 * per epoch and per batch; {@code FrameBenchmark.sealAmortised} is the nearest in kind.
 */
@SuppressWarnings("NullAway.Init") // JMH calls the setup before all else.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class MlsProtectBenchmark {
  private final byte[] text = new byte[1_200];
  private Group group;

  @Setup
  public void found() throws Exception {
    MlsCipherSuite suite =
        MlsCipherSuite.getSuite(MlsCipherSuite.MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519);
    AsymmetricCipherKeyPair leafKey = suite.getHPKE().generatePrivateKey();
    AsymmetricCipherKeyPair signing = suite.generateSignatureKeyPair();
    byte[] secret = suite.serializeSignaturePrivateKey(signing.getPrivate());
    LeafNode leaf =
        new LeafNode(
            suite,
            suite.getHPKE().serializePublicKey(leafKey.getPublic()),
            suite.serializeSignaturePublicKey(signing.getPublic()),
            Credential.forBasic(new byte[] {'a'}),
            new Capabilities(),
            new LifeTime(),
            new ArrayList<>(),
            secret);
    group = new Group(new byte[] {1}, suite, leafKey, secret, leaf, new ArrayList<>());
  }

  @Benchmark
  public MLSMessage protect() throws Exception {
    return group.protect(new byte[0], text, 0);
  }
}
