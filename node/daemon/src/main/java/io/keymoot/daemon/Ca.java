package io.keymoot.daemon;

import io.keymoot.admission.WallTime;
import io.keymoot.admission.authority.Authority;
import io.keymoot.admission.authority.CertificateRequest;
import io.keymoot.admission.authority.KeyFile;
import io.keymoot.admission.certificate.AlternativeNames;
import io.keymoot.admission.certificate.Certificate;
import io.keymoot.admission.certificate.CheckedText;
import io.keymoot.admission.certificate.Pem;
import io.keymoot.daemon.setting.ErrorCode;
import io.keymoot.daemon.setting.PrivateFiles;
import io.keymoot.daemon.setting.Problem;
import io.keymoot.flatkeying.Entropy;
import io.keymoot.flatkeying.crypto.SignatureKind;
import io.keymoot.flatkeying.crypto.SigningKey;
import io.keymoot.flatkeying.fact.Fingerprint;
import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Decoded;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * A small authority in files, for people without one. An authority is a folder with {@code
 * key.pem}, readable by its owner alone, and {@code chain.pem}, its own certificate first. No
 * daemon is asked.
 *
 * <p>Long, but whole: its five steps make and read the same files, and most of each is the options
 * that a person can give, which stand beside what is done with them.
 */
@Command(
    name = "ca",
    mixinStandardHelpOptions = true,
    description = "A small certificate authority in files, for people without one.",
    subcommands = {
      Ca.Root.class,
      Ca.Site.class,
      Ca.Request.class,
      Ca.Sign.class,
      Revoke.class,
      Ca.Show.class
    },
    footer = {
      "",
      "A root signs sites, a site signs devices:",
      "  keymoot ca root 'Example' --out root",
      "  keymoot ca site 'Ward 3' --by root --role chair --out ward3",
      "  keymoot ca request 'Door 7' --out door7.csr          # on the device",
      "  keymoot ca sign door7.csr --by ward3 --fingerprint FINGERPRINT --out door7.pem",
      "  keymoot id --certificate door7.pem                   # on the device",
      "  keymoot ca revoke door7.pem --by ward3               # when it is lost"
    })
final class Ca implements Runnable {
  private static final String KEY = "key.pem";
  static final String CHAIN = "chain.pem";
  private static final int MOST_BYTES = 1 << 20;
  private static final int DAYS_A_YEAR = 365;

  /** A clock that runs ahead on one device must not make its certificates look not yet valid. */
  private static final long BACKDATED_SECONDS = 300;

  @CommandLine.Spec private CommandLine.Model.@Nullable CommandSpec spec;

  @Override
  public void run() {
    throw new CommandLine.ParameterException(
        java.util.Objects.requireNonNull(spec).commandLine(),
        "Say what to do: root, site, request, sign, revoke or show.");
  }

  /** Whether it is there and what it is about, for those beneath. */
  abstract static class Step implements Callable<Integer> {
    @Mixin private Surroundings surroundings = new Surroundings();

    final Surroundings surroundings() {
      return surroundings;
    }

    abstract JsonObject act();

    abstract String done(JsonObject result);

    @Override
    public final Integer call() {
      JsonObject result;
      try {
        result = act();
      } catch (IllegalArgumentException e) {
        throw new Problem(
            ErrorCode.USAGE,
            String.valueOf(e.getMessage()),
            "Change the names, roles or dates that were given.");
      }
      Console console = surroundings.console();
      if (surroundings.json()) {
        console.json(result);
      } else {
        console.say(done(result));
      }
      return ExitCode.OK;
    }
  }

  // ---- root and site

  @Command(
      name = "root",
      mixinStandardHelpOptions = true,
      description = "Makes a root: the anchor of groups.",
      footer = {
        "",
        "Example:",
        "  keymoot ca root 'Example' --organisation 'Example Ltd' --out root"
      })
  static final class Root extends Step {
    @Parameters(paramLabel = "NAME", description = "What the root is called.")
    private String name = "";

    @Option(names = "--organisation", paramLabel = "TEXT", description = "Whose it is.")
    private @Nullable String organisation;

    @Option(
        names = "--years",
        paramLabel = "N",
        defaultValue = "20",
        description = "How long it is good (default: ${DEFAULT-VALUE}).")
    private int years;

    @Option(names = "--p256", description = "A P-256 key instead of Ed25519.")
    private boolean p256;

    @Option(
        names = "--out",
        paramLabel = "FOLDER",
        required = true,
        description = "Where key and certificate go; made if it is not there.")
    private Path out = Path.of("");

    @Override
    JsonObject act() {
      try (Authority root =
          Authority.root(
              Optional.ofNullable(organisation),
              name,
              validity(years * DAYS_A_YEAR),
              kind(p256),
              entropy())) {
        return save(root, out);
      }
    }

    @Override
    String done(JsonObject result) {
      return "The root is in " + out + ". Keep " + out.resolve(KEY) + " where nobody else comes.";
    }
  }

  @Command(
      name = "site",
      mixinStandardHelpOptions = true,
      description = "Makes a site under a root: it signs devices.",
      footer = {
        "",
        "Roles are handed down: a site can give only those that it was given.",
        "Example:",
        "  keymoot ca site 'Ward 3' --by root --role chair --out ward3"
      })
  static final class Site extends Step {
    @Parameters(paramLabel = "NAME", description = "What the site is called.")
    private String name = "";

    @Option(
        names = "--by",
        paramLabel = "FOLDER",
        required = true,
        description = "The root's folder.")
    private Path by = Path.of("");

    @Option(
        names = "--role",
        paramLabel = "ROLE",
        description = "A role it may hand out; * for every one.")
    private List<String> roles = new ArrayList<>();

    @Option(
        names = "--domain",
        paramLabel = "NAME",
        description = "A DNS name or trust domain it is bound to; such a site hands out no roles.")
    private List<String> domains = new ArrayList<>();

    @Option(
        names = "--years",
        paramLabel = "N",
        defaultValue = "5",
        description = "How long it is good (default: ${DEFAULT-VALUE}).")
    private int years;

    @Option(names = "--p256", description = "A P-256 key instead of Ed25519.")
    private boolean p256;

    @Option(
        names = "--out",
        paramLabel = "FOLDER",
        required = true,
        description = "Where key and certificates go; made if it is not there.")
    private Path out = Path.of("");

    @Override
    JsonObject act() {
      try (Authority root = load(by);
          Authority site =
              root.site(
                  new Authority.SiteTerms(name, validity(years * DAYS_A_YEAR), roles, domains),
                  kind(p256),
                  entropy())) {
        return save(site, out);
      }
    }

    @Override
    String done(JsonObject result) {
      return "The site is in " + out + ". Keep " + out.resolve(KEY) + " where nobody else comes.";
    }
  }

  // ---- devices

  @Command(
      name = "request",
      mixinStandardHelpOptions = true,
      description = "Asks for a certificate over this device's key.",
      footer = {
        "",
        "Example:",
        "  keymoot ca request 'Door 7' --spiffe spiffe://example.org/door/7 --out door7.csr"
      })
  static final class Request extends Step {
    @Parameters(paramLabel = "NAME", description = "What the device is called.")
    private String name = "";

    @Option(names = "--organisation", paramLabel = "TEXT", description = "Whose it is.")
    private @Nullable String organisation;

    @Option(names = "--dns", paramLabel = "NAME", description = "A DNS name it would like.")
    private List<String> dns = new ArrayList<>();

    @Option(names = "--spiffe", paramLabel = "ID", description = "A SPIFFE id it would like.")
    private @Nullable String spiffe;

    @Option(
        names = "--out",
        paramLabel = "FILE",
        required = true,
        description = "Where the request goes.")
    private Path out = Path.of("");

    @Override
    JsonObject act() {
      AlternativeNames names =
          new AlternativeNames(
              List.copyOf(dns),
              List.of(),
              spiffe == null ? List.of() : List.of(spiffe),
              List.of(),
              List.of());
      try (DeviceKey key = DeviceKey.openOrMake(surroundings())) {
        CertificateRequest request =
            CertificateRequest.create(key.key(), Optional.ofNullable(organisation), name, names);
        PrivateFiles.create(out, text(Pem.write(Pem.CERTIFICATE_REQUEST, request.der())));
        return shown(request).put("file", out.toString());
      }
    }

    @Override
    String done(JsonObject result) {
      return "The request is in "
          + out
          + ". Whoever signs it compares this fingerprint:\n"
          + result.getString("fingerprint");
    }
  }

  @Command(
      name = "sign",
      mixinStandardHelpOptions = true,
      description =
          "Certifies a device. Compare fingerprints first: on its screen is 'keymoot id'.",
      footer = {
        "",
        "Example:",
        "  keymoot ca sign door7.csr --by ward3 --out door7.pem \\",
        "      --fingerprint MFZWI3D-BONSGYC-YLTMRWG-C43ENR5"
      })
  static final class Sign extends Step {
    private static final String EVERY_ROLE = "*";

    @Parameters(paramLabel = "REQUEST", description = "The device's request.")
    private Path file = Path.of("");

    @Option(
        names = "--by",
        paramLabel = "FOLDER",
        required = true,
        description = "The site's folder.")
    private Path by = Path.of("");

    @Option(
        names = "--fingerprint",
        paramLabel = "TEXT",
        required = true,
        description = "What the device itself shows; its first four groups at least.")
    private String fingerprint = "";

    @Option(
        names = "--role",
        paramLabel = "ROLE",
        description = "What the device may do in groups that know the word.")
    private List<String> roles = new ArrayList<>();

    @Option(
        names = "--days",
        paramLabel = "N",
        defaultValue = "365",
        description = "How long it is good (default: ${DEFAULT-VALUE}).")
    private int days;

    @Option(
        names = "--out",
        paramLabel = "FILE",
        required = true,
        description = "Where the device's certificate and those above it go.")
    private Path out = Path.of("");

    @Override
    JsonObject act() {
      CertificateRequest request = request(read(file), file);
      if (!CheckedText.isEnough(fingerprint)) {
        throw new Problem(
            ErrorCode.USAGE,
            "'"
                + fingerprint
                + "' is too little of a fingerprint to sign by: other keys can begin so.",
            "Give its first four groups at least, as 'keymoot id' shows them on the device.");
      }
      if (!CheckedText.means(fingerprint, request.fingerprint())) {
        throw new Problem(
            ErrorCode.NOT_ALLOWED,
            "The request is of another key than the device shows: its fingerprint begins with "
                + CheckedText.brief(request.fingerprint())
                + '.',
            "Ask the device for 'keymoot id'. If it shows this, give it here; if not, somebody put"
                + " another request in its place.");
      }
      try (Authority site = load(by)) {
        requireGivenToGive(site);
        Certificate made =
            site.certify(request, new Authority.DeviceTerms(validity(days), roles), entropy());
        StringBuilder pem = new StringBuilder(Pem.write(Pem.CERTIFICATE, made.der()));
        site.chain().forEach(each -> pem.append(Pem.write(Pem.CERTIFICATE, each.der())));
        PrivateFiles.create(out, text(pem.toString()));
        return shown(made).put("file", out.toString());
      }
    }

    /** Else the role would stand in the certificate and count for nobody. */
    private void requireGivenToGive(Authority site) {
      List<String> given = site.certificate().names().roles();
      boolean isRoot = site.chain().size() == 1;
      for (String role : roles) {
        if (!isRoot && !given.contains(role) && !given.contains(EVERY_ROLE)) {
          throw new Problem(
              ErrorCode.NOT_ALLOWED,
              "This site may not hand out the role '"
                  + role
                  + "': it was given "
                  + (given.isEmpty() ? "none" : String.join(", ", given))
                  + '.',
              "Leave the role out, or have the root make a site with --role '" + role + "'.");
        }
      }
    }

    @Override
    String done(JsonObject result) {
      return "Certified "
          + Console.safe(result.getString("subject"))
          + ". Take "
          + out
          + " to the device: keymoot id --certificate "
          + out.getFileName();
    }
  }

  // ---- looking

  @Command(
      name = "show",
      mixinStandardHelpOptions = true,
      description = "Shows what is in a certificate, a request or a revocation list.",
      footer = {"", "Example:", "  keymoot ca show door7.pem"})
  static final class Show extends Step {
    @Parameters(paramLabel = "FILE", description = "PEM; an authority's folder for its own.")
    private Path file = Path.of("");

    @Override
    JsonObject act() {
      Path at = java.nio.file.Files.isDirectory(file) ? file.resolve(CHAIN) : file;
      String pem = read(at);
      JsonArray all = new JsonArray();
      if (pem.contains("BEGIN " + Pem.CERTIFICATE_REQUEST)) {
        all.add(shown(request(pem, at)).put("kind", "request"));
      } else if (pem.contains("BEGIN " + Pem.REVOCATION_LIST)) {
        RevocationLists.of(at).forEach(each -> all.add(RevocationLists.shown(each.list())));
      } else {
        for (Certificate each : certificates(pem, at)) {
          all.add(shown(each));
        }
      }
      return new JsonObject().put("contents", all);
    }

    @Override
    String done(JsonObject result) {
      StringBuilder text = new StringBuilder();
      for (Object each : result.getJsonArray("contents")) {
        ((JsonObject) each)
            .forEach(
                field ->
                    text.append(
                        "%-12s %s%n"
                            .formatted(
                                field.getKey(), Console.safe(String.valueOf(field.getValue())))));
        text.append('\n');
      }
      return text.toString().stripTrailing();
    }
  }

  // ---- files

  private static JsonObject save(Authority authority, Path folder) {
    PrivateFiles.folder(folder);
    byte[] key = KeyFile.pem(authority.key());
    try {
      PrivateFiles.create(folder.resolve(KEY), key);
    } finally {
      Arrays.fill(key, (byte) 0);
    }
    StringBuilder pem = new StringBuilder();
    authority.chain().forEach(each -> pem.append(Pem.write(Pem.CERTIFICATE, each.der())));
    PrivateFiles.create(folder.resolve(CHAIN), text(pem.toString()));
    return shown(authority.certificate()).put("folder", folder.toString());
  }

  static Authority load(Path folder) {
    byte[] pem = PrivateFiles.read(folder.resolve(KEY), MOST_BYTES);
    try {
      SigningKey key =
          switch (KeyFile.fromPem(pem)) {
            case Decoded.Ok<SigningKey> ok -> ok.value();
            case Decoded.Malformed<SigningKey> bad ->
                throw unusable(folder.resolve(KEY), bad.reason());
          };
      Path chain = folder.resolve(CHAIN);
      return switch (Authority.reopen(key, certificates(read(chain), chain))) {
        case Decoded.Ok<Authority> ok -> ok.value();
        case Decoded.Malformed<Authority> bad -> throw unusable(folder, bad.reason());
      };
    } finally {
      Arrays.fill(pem, (byte) 0);
    }
  }

  static List<Certificate> certificates(String pem, Path file) {
    List<Certificate> all = new ArrayList<>();
    for (Bytes der : blocks(Pem.CERTIFICATE, pem, file)) {
      switch (Certificate.decode(der)) {
        case Decoded.Ok<Certificate> ok -> all.add(ok.value());
        case Decoded.Malformed<Certificate> bad -> throw unusable(file, bad.reason());
      }
    }
    return all;
  }

  private static CertificateRequest request(String pem, Path file) {
    List<Bytes> found = blocks(Pem.CERTIFICATE_REQUEST, pem, file);
    return switch (CertificateRequest.decode(found.get(0))) {
      case Decoded.Ok<CertificateRequest> ok -> ok.value();
      case Decoded.Malformed<CertificateRequest> bad -> throw unusable(file, bad.reason());
    };
  }

  private static List<Bytes> blocks(String label, String pem, Path file) {
    return switch (Pem.read(label, pem)) {
      case Decoded.Ok<List<Bytes>> ok when !ok.value().isEmpty() -> ok.value();
      case Decoded.Ok<List<Bytes>> ok ->
          throw unusable(file, "it has no " + label.toLowerCase(Locale.ROOT));
      case Decoded.Malformed<List<Bytes>> bad -> throw unusable(file, bad.reason());
    };
  }

  static Problem unusable(Path file, String reason) {
    return new Problem(
        ErrorCode.BAD_FILE,
        file + " cannot be used: " + reason + '.',
        "See that it is the file meant; 'keymoot ca show' prints what is in one.");
  }

  static String read(Path file) {
    return new String(PrivateFiles.read(file, MOST_BYTES), StandardCharsets.UTF_8);
  }

  static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  // ---- words

  private static JsonObject shown(CertificateRequest request) {
    return new JsonObject()
        .put("subject", request.subject().shown())
        .put("fingerprint", CheckedText.of(request.fingerprint()));
  }

  static JsonObject shown(Certificate certificate) {
    Fingerprint fingerprint = certificate.fingerprint();
    return new JsonObject()
        .put("kind", certificate.authority() ? "authority" : "device")
        .put("subject", certificate.shown())
        .put("issuer", certificate.issuer().shown())
        .put("from", certificate.notBefore().toString())
        .put("until", certificate.notAfter().toString())
        .put("serial", certificate.serial().toString(16))
        .put("roles", new JsonArray(new ArrayList<>(certificate.names().roles())))
        .put("fingerprint", CheckedText.of(fingerprint));
  }

  static WallTime now() {
    return new WallTime(System.currentTimeMillis() / 1_000);
  }

  private static Authority.Validity validity(int days) {
    if (days < 1) {
      throw new IllegalArgumentException("A certificate is good for a day at least.");
    }
    return new Authority.Validity(now().plusSeconds(-BACKDATED_SECONDS), now().plusDays(days));
  }

  private static SignatureKind kind(boolean p256) {
    return p256 ? SignatureKind.ECDSA_P256 : SignatureKind.ED25519;
  }

  private static Entropy entropy() {
    SecureRandom random = new SecureRandom();
    return random::nextBytes;
  }
}
