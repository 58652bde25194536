using System.Net;
using System.Text;
using System.Text.Json;
using Kiroku.Api;
using Kiroku.Identity.Tokens;
using Kiroku.Storage;
using Microsoft.Extensions.Options;

namespace Kiroku.Identity.Keystone;

/// <summary>Asks a Keystone about tokens. Uses a token of the service account and renews it when necessary.</summary>
internal sealed partial class KeystoneClient(
    IOptions<KeystoneOptions> options, TimeProvider time, ILogger<KeystoneClient> logger) : IDisposable
{
    private const int RetryAfter = 5;
    private readonly SemaphoreSlim renewing = new(1);

    private readonly HttpClient http = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        // So a changed address behind Keystone's name is noticed.
        PooledConnectionLifetime = TimeSpan.FromMinutes(2),
        UseCookies = false,
    })
    {
        Timeout = options.Value.Timeout,
        MaxResponseContentBufferSize = 1 << 20,
    };

    private OwnToken? own;

    /// <summary>What a token stands for according to Keystone; null if it does not know the token.</summary>
    /// <exception cref="Fault">503: Keystone does not answer, or refuses the service account.</exception>
    public async Task<SignIn?> ValidateAsync(string token, CancellationToken cancellationToken)
    {
        try
        {
            var used = await OwnTokenAsync(null, cancellationToken);
            var answer = await AskAsync(token, used, cancellationToken);
            if (answer.Status == HttpStatusCode.Unauthorized)
                answer = await AskAsync(token, await OwnTokenAsync(used, cancellationToken), cancellationToken);
            return answer.Status switch
            {
                HttpStatusCode.OK => KeystoneToken.Read(answer.Body),
                HttpStatusCode.NotFound => null,
                _ => throw Unusable(
                    $"it answers {(int)answer.Status} to {options.Value.UserName}'s question about a token", null),
            };
        }
        catch (Exception e) when (
            e is HttpRequestException or JsonException or KeyNotFoundException or InvalidOperationException
                or FormatException)
        {
            throw Unusable(e.Message, e);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw Unusable("it does not answer in time", e);
        }
    }

    public void Dispose()
    {
        http.Dispose();
        renewing.Dispose();
    }

    private async Task<(HttpStatusCode Status, byte[] Body)> AskAsync(
        string token, OwnToken used, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"{options.Value.TokensAddress}?nocatalog"));
        request.Headers.TryAddWithoutValidation(TokenHeaders.Token, used.Text);
        request.Headers.TryAddWithoutValidation(TokenHeaders.Subject, token);
        using var answer = await http.SendAsync(request, cancellationToken);
        return (answer.StatusCode, await answer.Content.ReadAsByteArrayAsync(cancellationToken));
    }

    /// <summary>The service account's token, renewed if it is about to expire or was just refused.</summary>
    private async Task<OwnToken> OwnTokenAsync(OwnToken? refused, CancellationToken cancellationToken)
    {
        if (IsGood(own, refused))
            return own!;
        await renewing.WaitAsync(cancellationToken);
        try
        {
            if (!IsGood(own, refused))
                own = await SignInAsync(cancellationToken);
            return own!;
        }
        finally
        {
            renewing.Release();
        }
    }

    private bool IsGood(OwnToken? token, OwnToken? refused)
        => token is not null && token != refused && time.UtcNow().AddSeconds(30) < token.ExpiresAt;

    private async Task<OwnToken> SignInAsync(CancellationToken cancellationToken)
    {
        var body = JsonResponse.ToBytes(json => KeystoneToken.WriteRequest(json, options.Value, Password()));
        using var content = new ByteArrayContent(body) { Headers = { ContentType = new("application/json") } };
        using var answer = await http.PostAsync(options.Value.TokensAddress, content, cancellationToken);
        var text = await answer.Content.ReadAsByteArrayAsync(cancellationToken);
        if (answer.StatusCode != HttpStatusCode.Created)
            throw Unusable($"it answers {(int)answer.StatusCode} to {options.Value.UserName}'s sign-in", null);
        return new OwnToken(
            answer.Headers.GetValues(TokenHeaders.Subject).First(), KeystoneToken.Read(text).Claims.ExpiresAt);
    }

    private string Password()
        => options.Value.PasswordFile is { Length: > 0 } file
            ? File.ReadAllText(file, Encoding.UTF8).TrimEnd('\r', '\n')
            : options.Value.Password!;

    private Fault Unusable(string why, Exception? cause)
    {
        LogUnusable(options.Value.TokensAddress, why, cause);
        return Fault.Unavailable("The Keystone service is temporarily unavailable.", RetryAfter);
    }

    [LoggerMessage(LogLevel.Warning, "The Keystone at {Address} cannot be used: {Why}")]
    private partial void LogUnusable(Uri address, string why, Exception? exception);

    private sealed record OwnToken(string Text, DateTime ExpiresAt);
}
