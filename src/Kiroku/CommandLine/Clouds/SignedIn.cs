using System.Net;
using System.Text;

namespace Kiroku.CommandLine.Clouds;

/// <summary>A cloud in which one is signed in. It signs in again when its token is not taken any more.</summary>
internal sealed class SignedIn : IDisposable
{
    private readonly CloudSettings cloud;
    private readonly HttpClient http;
    private string token = "";

    private SignedIn(CloudSettings cloud)
    {
        this.cloud = cloud;
        // Each request has a limit of its own, because some wait on purpose.
        http = new HttpClient(CloudTrust.HandlerOf(cloud)) { Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>The address below which all services lie.</summary>
    public Uri Root { get; private set; } = null!;

    /// <exception cref="UsageException">That did not work, for a reason that a person can do something
    /// about.</exception>
    public static async Task<SignedIn> SignInAsync(CloudSettings cloud, CancellationToken cancellationToken)
    {
        var signedIn = new SignedIn(cloud);
        try
        {
            await signedIn.SignInAsync(cancellationToken);
            return signedIn;
        }
        catch (Exception e) when (Connection.IsLost(e, cancellationToken))
        {
            signedIn.Dispose();
            throw new UsageException($"{cloud.AuthUrl} {Connection.Explain(e)}", e);
        }
        catch
        {
            signedIn.Dispose();
            throw;
        }
    }

    /// <summary>Sends a request to a path below the root; the answer is read no further than its headers.</summary>
    public async Task<HttpResponseMessage> SendAsync(CloudRequest request, CancellationToken cancellationToken)
    {
        var answer = await SendOnceAsync(request, cancellationToken);
        if (answer.StatusCode != HttpStatusCode.Unauthorized)
            return answer;
        answer.Dispose();
        await SignInAsync(cancellationToken);
        return await SendOnceAsync(request, cancellationToken);
    }

    public void Dispose() => http.Dispose();

    private async Task<HttpResponseMessage> SendOnceAsync(CloudRequest request, CancellationToken cancellationToken)
    {
        using var message = new HttpRequestMessage(request.Method, new Uri(Root, request.Path));
        message.Headers.TryAddWithoutValidation("X-Auth-Token", token);
        foreach (var (name, value) in request.Headers)
            message.Headers.TryAddWithoutValidation(name, value);
        using var limit = new RequestLimit(request.Longest, cancellationToken);
        return await limit.RunAsync(
            stop => http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, stop));
    }

    private async Task SignInAsync(CancellationToken cancellationToken)
    {
        var address = AddressOf(cloud.AuthUrl);
        using var content = new StringContent(AuthBody.Of(cloud).ToJsonString(), Encoding.UTF8, "application/json");
        using var limit = new RequestLimit(RequestLimit.Usual, cancellationToken);
        await limit.RunAsync(async stop =>
        {
            using var answer = await http.PostAsync(address, content, stop);
            if (answer.StatusCode != HttpStatusCode.Created)
                throw await Refusal.OfAsync(answer, $"{cloud.AuthUrl} does not sign you in", stop);
            token = answer.Headers.TryGetValues("X-Subject-Token", out var values) ? values.First() : "";
            Root = Catalog.RootOf(await Refusal.ReadAsync(answer, "token", stop), cloud);
            return true;
        });
    }

    private static Uri AddressOf(string authUrl)
    {
        var trimmed = authUrl.TrimEnd('/');
        var version = trimmed.EndsWith("/v3", StringComparison.Ordinal) ? "" : "/v3";
        return Uri.TryCreate($"{trimmed}{version}/auth/tokens", UriKind.Absolute, out var address)
            && address.Scheme is "http" or "https"
            ? address
            : throw new UsageException($"auth_url {authUrl} is no http or https address");
    }
}

/// <summary>A request to a service.</summary>
internal sealed record CloudRequest(HttpMethod Method, string Path)
{
    public IReadOnlyList<(string Name, string Value)> Headers { get; init; } = [];

    /// <summary>How long its answer may take to begin.</summary>
    public TimeSpan Longest { get; init; } = RequestLimit.Usual;
}
