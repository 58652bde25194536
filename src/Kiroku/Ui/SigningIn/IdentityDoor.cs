using Kiroku.Identity.Keystone;
using Kiroku.Identity.Tokens;
using Kiroku.Ui.Door;
using Microsoft.Extensions.Options;

namespace Kiroku.Ui.SigningIn;

/// <summary>Asks whoever gives out tokens: the service's own identity through the door, or the Keystone.</summary>
internal sealed class IdentityDoor(ApiDoor door, IOptions<KeystoneOptions> keystone) : IDisposable
{
    private readonly HttpClient http = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        PooledConnectionLifetime = TimeSpan.FromMinutes(2),
    })
    {
        Timeout = keystone.Value.Timeout,
        MaxResponseContentBufferSize = 1 << 20,
    };

    /// <summary>Whether there are several domains to name.</summary>
    public bool HasDomains => keystone.Value.IsUsed;

    /// <param name="visitor">The request of the browser.</param>
    /// <param name="request">With a path below the identity's own address, as <c>/v3/auth/tokens</c>.</param>
    public Task<ApiAnswer> SendAsync(HttpContext visitor, ApiRequest request)
        => keystone.Value.IsUsed
            ? AskKeystoneAsync(request, visitor.RequestAborted)
            : door.SendAsync(visitor, request with { Path = $"/identity{request.Path}" });

    public void Dispose() => http.Dispose();

    private async Task<ApiAnswer> AskKeystoneAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        using var message = new HttpRequestMessage(
            new HttpMethod(request.Method), new Uri($"{keystone.Value.PublicUrl}{request.Path}{request.Query}"));
        if (request.Token is not null)
            message.Headers.TryAddWithoutValidation(TokenHeaders.Token, request.Token);
        foreach (var (name, value) in request.Headers)
            message.Headers.TryAddWithoutValidation(name, value);
        if (request.Body.Length > 0)
            message.Content = new ReadOnlyMemoryContent(request.Body)
            {
                Headers = { ContentType = new("application/json") },
            };
        try
        {
            using var answer = await http.SendAsync(message, cancellationToken);
            var headers = new HeaderDictionary();
            foreach (var (name, values) in answer.Headers)
                headers[name] = values.ToArray();
            return new ApiAnswer(
                (int)answer.StatusCode, await answer.Content.ReadAsByteArrayAsync(cancellationToken), headers);
        }
        catch (Exception e) when (e is HttpRequestException
            || e is OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return ApiAnswer.None;
        }
    }
}
