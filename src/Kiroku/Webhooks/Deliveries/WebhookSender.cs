using System.Net.Http.Headers;
using System.Security.Authentication;
using System.Security.Cryptography;
using Kiroku.Storage;
using Kiroku.Webhooks.Receivers;
using Kiroku.Webhooks.Subscriptions;
using Microsoft.Extensions.Options;

namespace Kiroku.Webhooks.Deliveries;

/// <summary>
/// Sends one event to one receiver, once. Whatever the receiver does, that takes no longer than an attempt may take,
/// and a few kilobytes.
/// </summary>
internal sealed class WebhookSender : IDisposable
{
    private const string NoTls = "The receiver's certificate is none that this service trusts, or it speaks no TLS.";

    private static readonly MediaTypeHeaderValue CloudEvents = new("application/cloudevents+json", "utf-8");

    private readonly HttpClient http;
    private readonly SubscriptionSecrets secrets;
    private readonly TimeSpan timeout;
    private readonly TimeProvider time;

    public WebhookSender(
        ReceiverConnections connections, SubscriptionSecrets secrets, IOptions<WebhooksOptions> options,
        TimeProvider time)
    {
        (this.secrets, this.time, timeout) = (secrets, time, options.Value.Timeout);
        http = new HttpClient(connections.MakeHandler(timeout)) { Timeout = Timeout.InfiniteTimeSpan };
        http.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("Kiroku", null));
    }

    /// <summary>Sends an event; its body is a CloudEvent.</summary>
    /// <exception cref="OperationCanceledException">The service ends.</exception>
    public async Task<WebhookAnswer> SendAsync(
        SubscriptionRow to, string id, byte[] body, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(timeout);
        var answer = await TryAsync(() => SendOnceAsync(to, id, body, limit.Token), cancellationToken);
        return answer with { Duration = time.GetElapsedTime(began) };
    }

    public void Dispose() => http.Dispose();

    private async Task<WebhookAnswer> SendOnceAsync(
        SubscriptionRow to, string id, byte[] body, CancellationToken cancellationToken)
    {
        using var request = Make(to, id, body);
        using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        return new WebhookAnswer(
            (int)answer.StatusCode, await AnswerSnippet.ReadAsync(answer, cancellationToken), Complaint(answer))
        {
            PutOff = PutOff(answer.Headers.RetryAfter),
        };
    }

    private HttpRequestMessage Make(SubscriptionRow to, string id, byte[] body)
    {
        var (now, content) = (time.UtcNow(), new ByteArrayContent(body));
        content.Headers.ContentType = CloudEvents;
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(to.Url)) { Content = content };
        var timestamp = WebhookSignature.Timestamp(now);
        request.Headers.Add(WebhookSignature.IdHeader, id);
        request.Headers.Add(WebhookSignature.TimestampHeader, timestamp);
        request.Headers.Add(
            WebhookSignature.Header, WebhookSignature.Sign(secrets.Open(to, now), id, timestamp, body));
        return request;
    }

    private async Task<WebhookAnswer> TryAsync(
        Func<Task<WebhookAnswer>> send, CancellationToken cancellationToken)
    {
        try
        {
            return await send();
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Failed($"The receiver did not answer within {timeout.TotalSeconds:0.##} seconds.");
        }
        catch (Exception e) when (e is HttpRequestException or IOException or ReceiverException)
        {
            return Failed(Describe(e));
        }
        catch (CryptographicException)
        {
            return Failed("The subscription's secret cannot be read any more; rotate it.");
        }
    }

    private static string? Complaint(HttpResponseMessage answer) => (int)answer.StatusCode switch
    {
        >= 200 and < 300 => null,
        >= 300 and < 400 => "The receiver answered with a redirect, which is not followed.",
        var status => $"The receiver answered {status}.",
    };

    private TimeSpan? PutOff(RetryConditionHeaderValue? asked)
        => asked?.Delta ?? (asked?.Date is { } date ? date - time.GetUtcNow() : null);

    private static string Describe(Exception failure)
    {
        for (var inner = failure; inner is not null; inner = inner.InnerException)
        {
            if (inner is ReceiverException refused)
                return refused.Message;
            if (inner is AuthenticationException)
                return NoTls;
        }
        return (failure as HttpRequestException)?.HttpRequestError switch
        {
            HttpRequestError.ConnectionError => "The receiver could not be reached.",
            HttpRequestError.SecureConnectionError => NoTls,
            _ => "The receiver did not answer as HTTP has it.",
        };
    }

    private static WebhookAnswer Failed(string why) => new(null, null, why);
}
