using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Kiroku.Api;
using Kiroku.Storage;
using Kiroku.Tests.Actions;
using Kiroku.Tests.Actions.Live.Streams;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace Kiroku.Tests.Api;

/// <summary>https served by Kiroku itself.</summary>
public sealed class TlsTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("kiroku-test-").FullName;
    private readonly FakeTimeProvider time = new(TimeProvider.System.GetUtcNow());

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task It_answers_by_HTTP_2_and_1_on_TLS_and_all_its_addresses_are_https()
    {
        using var certificate = TestCertificates.Write(folder, "api");
        await using var app = await StartAsync("api");
        Assert.Equal("https", app.Address.Scheme);
        using var http = Client(app, certificate);
        foreach (var version in (Version[])[HttpVersion.Version20, HttpVersion.Version11])
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/v2.1")
            {
                Version = version,
                VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            };
            using var answer = await http.SendAsync(request, Token);
            Assert.Equal(version, answer.Version);
            Assert.Equal(
                $"{app.Address}v2.1/", (string)(await TestApp.JsonAsync(answer))["version"]!["links"]![0]!["href"]!);
        }
        var clouds = await File.ReadAllTextAsync(Path.Combine(app.DataDirectory, "clouds.yaml"), Token);
        Assert.Contains($"auth_url: {app.Address}identity\n", clouds, StringComparison.Ordinal);
        Assert.Contains($"cacert: '{Path.Combine(folder, "api.pem")}'\n", clouds, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stream_is_told_by_HTTP_2_and_1()
    {
        using var certificate = TestCertificates.Write(folder, "api");
        await using var app = await StartAsync("api");
        using var http = Client(app, certificate);
        var token = await SignInAsync(http, app);
        var server = Guid.NewGuid();
        var store = app.Services.GetRequiredService<IDatabase>();
        await LongHistory.AddServerAsync(store, server, DateTime.UnixEpoch);
        var streams = new List<StreamClient>();
        foreach (var version in (Version[])[HttpVersion.Version20, HttpVersion.Version11, HttpVersion.Version20])
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"{StreamClient.Path}?all_projects=true")
            {
                Version = version,
                VersionPolicy = HttpVersionPolicy.RequestVersionExact,
                Headers = { { "X-Auth-Token", token } },
            };
            var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Token);
            Assert.Equal((200, version), ((int)answer.StatusCode, answer.Version));
            streams.Add(await StreamClient.OfAsync(answer));
            Assert.Equal("bookmark", (await streams[^1].NextAsync())!.Kind);
        }
        await LongHistory.AddActionsAsync(store, server, 1, 700, DateTime.UnixEpoch);
        foreach (var stream in streams)
        {
            Assert.Equal(700, (await stream.UntilEndedAsync("req-700")).Count);
            await stream.DisposeAsync();
        }
    }

    [Theory]
    [InlineData(SslProtocols.Tls12, true)]
    [InlineData(SslProtocols.Tls13, true)]
#pragma warning disable SYSLIB0039, CA5397 // That it is refused is the point.
    [InlineData(SslProtocols.Tls11, false)]
#pragma warning restore SYSLIB0039, CA5397
    public async Task It_speaks_TLS_from_1_2_on(SslProtocols protocol, bool speaks)
    {
        using var certificate = TestCertificates.Write(folder, "api");
        await using var app = await StartAsync("api");
        Assert.Equal(speaks, await Record.ExceptionAsync(() => ShownAsync(app, protocol)) is null);
    }

    [Fact]
    public async Task Passwords_in_clouds_yaml_outlive_a_change_to_https_and_back()
    {
        TestCertificates.Write(folder, "api").Dispose();
        var data = Directory.CreateDirectory(Path.Combine(folder, "da'ta")).FullName;
        foreach (var encrypted in (bool[])[false, true, true, false])
        {
            await using var app = encrypted
                ? await StartAsync("api", data) : await TestApp.StartAsync(dataDirectory: data);
            var first = Path.Combine(folder, "password");
            if (File.Exists(first))
                Assert.Equal(await File.ReadAllTextAsync(first, Token), app.PasswordOf("demo"));
            await File.WriteAllTextAsync(first, app.PasswordOf("demo"), Token);
        }
    }

    [Fact]
    public async Task A_new_certificate_is_shown_to_the_next_caller_and_open_connections_go_on()
    {
        using var before = TestCertificates.Write(folder, "api");
        await using var app = await StartAsync("api");
        await using var open = await ConnectAsync(app);
        using var after = TestCertificates.Write(folder, "api");
        await UntilAsync(async () => await ShownAsync(app) == after.Thumbprint);
        await open.WriteAsync(
            Encoding.ASCII.GetBytes("GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"), Token);
        using var reader = new StreamReader(open);
        Assert.StartsWith("HTTP/1.1 200 OK", await reader.ReadToEndAsync(Token), StringComparison.Ordinal);
        Assert.Equal(before.Thumbprint, open.RemoteCertificate!.GetCertHashString());
    }

    [Fact]
    public void Half_of_a_new_pair_is_reported_once_without_effect_and_the_whole_pair_is_taken()
    {
        using var before = TestCertificates.Write(folder, "api");
        using var after = TestCertificates.Write(folder, "new");
        var certificate = new ServingCertificate(Options.Create(Settings("api")));
        foreach (var half in (Action[])[
            () => File.Copy(PathOf("new.pem"), PathOf("api.pem"), overwrite: true),
            () => File.WriteAllText(PathOf("api.pem"), "-----BEGIN CERT"),
            () => File.WriteAllText(PathOf("api.key"), ""),
            () => File.Delete(PathOf("api.key"))])
        {
            half();
            Assert.Throws<CertificateException>(() => certificate.Refresh());
            Assert.False(certificate.Refresh());
            Assert.Equal(before.Thumbprint, certificate.Current.Certificate.Thumbprint);
        }
        File.Copy(PathOf("new.key"), PathOf("api.key"));
        File.Copy(PathOf("new.pem"), PathOf("api.pem"), overwrite: true);
        Assert.True(certificate.Refresh());
        Assert.Equal(after.Thumbprint, certificate.Current.Certificate.Thumbprint);
    }

    [Fact]
    public async Task Intermediate_certificates_are_shown_with_the_certificate()
    {
        TestCertificates.WriteChain(folder);
        await using var app = await StartAsync("chained");
        using var root = X509CertificateLoader.LoadCertificateFromFile(PathOf("root.pem"));
        using var http = Client(app, root);
        Assert.Equal("ok", await http.GetStringAsync("/healthz", Token));
        Assert.DoesNotContain("cacert",
            await File.ReadAllTextAsync(Path.Combine(app.DataDirectory, "clouds.yaml"), Token),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Api:Certificate", "cannot be read")]
    [InlineData("Api:Key", "cannot be read")]
    [InlineData("other key", "does not match")]
    [InlineData("encrypted", "is encrypted")]
    [InlineData("no host", "names no host")]
    [InlineData("open key", "by everybody")]
    [InlineData("no certificate", "takes a certificate and its key")]
    [InlineData("no key", "go together")]
    [InlineData("rubbish", "cannot be used")]
    public async Task A_pair_that_callers_would_refuse_ends_the_start_with_one_sentence(string what, string complaint)
    {
        TestCertificates.Write(folder, "api", namesHost: what != "no host").Dispose();
        TestCertificates.Write(folder, "other").Dispose();
        Spoil(what);
        var refused = await Assert.ThrowsAsync<OptionsValidationException>(() => StartAsync("api", spoil: settings =>
        {
            if (what is "no certificate" or "no key")
                settings["Api:Key"] = "";
            if (what == "no certificate")
                settings["Api:Certificate"] = "";
        }));
        Assert.Contains(complaint, Assert.Single(refused.Failures), StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refused.Failures.Single());
    }

    [Theory]
    [InlineData(-1, "expired on")]
    [InlineData(3, "expires on")]
    [InlineData(365, null)]
    public void A_certificate_that_expired_or_is_about_to_is_shown_with_a_warning(int endsInDays, string? concern)
    {
        TestCertificates.Write(folder, "api", endsInDays).Dispose();
        var found = CertificateFiles.Load(Settings("api")).Concern(time.GetUtcNow());
        Assert.Equal(concern is null, found is null);
        Assert.StartsWith(concern ?? "", found ?? "", StringComparison.Ordinal);
    }

    private string PathOf(string name) => Path.Combine(folder, name);

    private ApiOptions Settings(string name)
        => new() { Certificate = PathOf($"{name}.pem"), Key = PathOf($"{name}.key") };

    private void Spoil(string what)
    {
        switch (what)
        {
            case "Api:Certificate": File.Delete(PathOf("api.pem")); break;
            case "Api:Key": File.Delete(PathOf("api.key")); break;
            case "other key": File.Copy(PathOf("other.key"), PathOf("api.key"), overwrite: true); break;
            case "rubbish": File.WriteAllText(PathOf("api.pem"), "rubbish"); break;
            case "open key":
                File.SetUnixFileMode(PathOf("api.key"), UnixFileMode.UserRead | UnixFileMode.OtherRead);
                break;
            case "encrypted":
                using (var key = ECDsa.Create())
                    File.WriteAllText(PathOf("api.key"),
                        key.ExportEncryptedPkcs8PrivateKeyPem(
                            "x", new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1)));
                break;
        }
    }

    private Task<TestApp> StartAsync(string name, string? data = null, Action<ConfigurationManager>? spoil = null)
        => TestApp.StartAsync(
        builder =>
        {
            builder.Configuration["Api:Certificate"] = PathOf($"{name}.pem");
            builder.Configuration["Api:Key"] = PathOf($"{name}.key");
            builder.Configuration["Api:CertificateInterval"] = "00:00:00.02";
            spoil?.Invoke(builder.Configuration);
        },
        data, settings => settings with { Listen = "https://127.0.0.1:0" });

    private static HttpClient Client(TestApp app, X509Certificate2 trusted)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            CustomTrustStore = { trusted },
        };
        return new HttpClient(new SocketsHttpHandler { SslOptions = { CertificateChainPolicy = policy } })
        {
            BaseAddress = app.Address,
        };
    }

    private static async Task<string> SignInAsync(HttpClient http, TestApp app)
    {
        var body = """
            {"auth":{"identity":{"methods":["password"],"password":{"user":{"name":"admin","domain":{"id":"default"},
            "password":"SECRET"}}},"scope":{"project":{"name":"admin","domain":{"id":"default"}}}}}
            """.Replace("SECRET", app.PasswordOf("admin"), StringComparison.Ordinal);
        using var answer = await http.PostAsync("/identity/v3/auth/tokens", TestApp.Json(body), Token);
        return answer.Headers.GetValues("X-Subject-Token").Single();
    }

    /// <summary>The thumbprint of the certificate that a new caller is shown.</summary>
    private static async Task<string> ShownAsync(TestApp app, SslProtocols protocol = SslProtocols.None)
    {
        await using var link = await ConnectAsync(app, protocol);
        return link.RemoteCertificate!.GetCertHashString();
    }

    private static async Task<SslStream> ConnectAsync(TestApp app, SslProtocols protocol = SslProtocols.None)
    {
        var client = new TcpClient();
        await client.ConnectAsync(app.Address.Host, app.Address.Port, Token);
        var link = new SslStream(client.GetStream());
        await link.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
            EnabledSslProtocols = protocol,
#pragma warning disable CA5359 // The test compares the certificate itself.
            RemoteCertificateValidationCallback = (_, _, _, _) => true,
#pragma warning restore CA5359
        }, Token);
        return link;
    }

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!await condition())
        {
            patience.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}
