using System.Text.Json;

namespace Kiroku.Api;

/// <summary>
/// The error body of <c>/actions/v1</c>, of <c>/metrics</c> and of what makes sign-in links: a problem document
/// (RFC 9457) whose type names the kind of problem for good, and whose detail is a sentence for the caller.
/// </summary>
internal static class Problem
{
    public const string MediaType = "application/problem+json";

    /// <summary>What every type begins with.</summary>
    public const string Types = "urn:kiroku:problem:";

    private static readonly PathString LiveRecord = "/actions";
    private static readonly PathString Metrics = "/metrics";

    /// <summary>Where programs have the page's sign-in links made.</summary>
    public static readonly PathString SignInLinks = "/ui/sign-in/links";

    /// <summary>Whether requests with this path get their errors in this form.</summary>
    public static bool IsFormOf(PathString path)
        => path.StartsWithSegments(LiveRecord) || path.StartsWithSegments(Metrics) || path == SignInLinks;

    public static Task WriteAsync(HttpContext context, Fault fault)
        => JsonResponse.WriteAsync(context, fault.Status, JsonResponse.ToBytes(json =>
        {
            json.WriteStartObject();
            json.WriteString("type", $"{Types}{fault.Type ?? TypeOf(fault.Status)}");
            json.WriteString("title", FaultForm.Title(fault.Status));
            json.WriteNumber("status", fault.Status);
            json.WriteString("detail", fault.Message);
            if (fault.Column is { } column)
                json.WriteNumber("column", column);
            json.WriteString("request_id", RequestId.Of(context));
            json.WriteEndObject();
        }), MediaType);

    /// <summary>"Not Found" is "not-found".</summary>
    private static string TypeOf(int status)
        => JsonNamingPolicy.KebabCaseLower.ConvertName(
            FaultForm.Title(status).Replace(" ", "", StringComparison.Ordinal));
}
