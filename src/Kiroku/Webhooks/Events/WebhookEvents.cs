using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using CloudNative.CloudEvents;
using CloudNative.CloudEvents.SystemTextJson;

namespace Kiroku.Webhooks.Events;

/// <summary>Writes events as CloudEvents 1.0 in JSON, and gives them their ids.</summary>
internal static class WebhookEvents
{
    /// <summary>The path of what is told, below the service's address: the source of all events.</summary>
    private const string Source = "/actions/v1";

    private const int IdBytes = 18;

    private static readonly JsonEventFormatter Formatter = new(
        new JsonSerializerOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }, default);

    /// <summary>An id that is the same whenever the same is told, by whichever process.</summary>
    public static string IdOf(params ReadOnlySpan<string> parts)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', parts!)));
        return $"evt_{Base64Url.EncodeToString(hash.AsSpan(0, IdBytes))}";
    }

    /// <param name="told">Id, type and time of the event.</param>
    /// <param name="address">The service's address.</param>
    /// <param name="subject">What the event is about, below the source.</param>
    /// <param name="data">The document that it tells, as JSON.</param>
    public static byte[] Write(
        (string Id, string Type, DateTime Time) told, string address, string subject, byte[] data)
    {
        using var parsed = JsonDocument.Parse(data);
        var written = new CloudEvent(CloudEventsSpecVersion.V1_0)
        {
            Id = told.Id,
            Type = told.Type,
            Source = Uri.TryCreate($"{address}{Source}", UriKind.Absolute, out var source)
                ? source
                : new Uri(Source, UriKind.Relative),
            Subject = subject,
            Time = new DateTimeOffset(told.Time, TimeSpan.Zero),
            DataContentType = "application/json",
            Data = parsed.RootElement,
        };
        return Formatter.EncodeStructuredModeMessage(written, out _).ToArray();
    }
}
