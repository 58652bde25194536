using System.Globalization;
using System.Text.Json;

namespace Kiroku.Api;

/// <summary>The four forms of error body that OpenStack's services use; <see cref="Problem"/> is ours.</summary>
internal static class FaultForm
{
    /// <summary>
    /// Nova's (nova/api/openstack/wsgi.py, Fault): <c>{"itemNotFound":{"code":404,"message":"…"}}</c>.
    /// </summary>
    public static void WriteNova(Utf8JsonWriter json, int status, string message, int? retryAfter = null)
    {
        json.WriteStartObject();
        json.WriteStartObject(NovaName(status));
        json.WriteNumber("code", status);
        json.WriteString("message", message);
        if (status == StatusCodes.Status429TooManyRequests && retryAfter is { } seconds)
            json.WriteString("retryAfter", seconds.ToString(CultureInfo.InvariantCulture));
        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <summary>Keystone's: <c>{"error":{"code":401,"title":"Unauthorized","message":"…"}}</c>.</summary>
    public static void WriteKeystone(Utf8JsonWriter json, int status, string message)
    {
        json.WriteStartObject();
        json.WriteStartObject("error");
        json.WriteNumber("code", status);
        json.WriteString("title", Title(status));
        json.WriteString("message", message);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <summary>WebOb's form as JSON; <see cref="WebObFault"/> says who is sent it.</summary>
    public static void WriteWebOb(Utf8JsonWriter json, int status, string message)
    {
        json.WriteStartObject();
        json.WriteString("message", $"{message}<br /><br />\n\n\n");
        json.WriteString("code", $"{status} {Title(status)}");
        json.WriteString("title", Title(status));
        json.WriteEndObject();
    }

    /// <summary>Neutron's form (neutron/api/api_common.py, convert_exception_to_http_exc).</summary>
    public static void WriteNeutron(Utf8JsonWriter json, int status, string message, string? type = null)
    {
        json.WriteStartObject();
        json.WriteStartObject("NeutronError");
        json.WriteString("type", type ?? NeutronName(status));
        json.WriteString("message", message);
        json.WriteString("detail", "");
        json.WriteEndObject();
        json.WriteEndObject();
    }

    public static string Title(int status) => status switch
    {
        413 => "Request Entity Too Large",
        _ => Microsoft.AspNetCore.WebUtilities.ReasonPhrases.GetReasonPhrase(status),
    };

    private static string NeutronName(int status) => status switch
    {
        400 => "HTTPBadRequest",
        403 => "PolicyNotAuthorized",
        404 => "HTTPNotFound",
        405 => "HTTPMethodNotAllowed",
        409 => "Conflict",
        429 => "HTTPTooManyRequests",
        503 => "ServiceUnavailable",
        _ => "HTTPInternalServerError",
    };

    private static string NovaName(int status) => status switch
    {
        400 => "badRequest",
        401 => "unauthorized",
        403 => "forbidden",
        404 => "itemNotFound",
        405 => "badMethod",
        409 => "conflictingRequest",
        413 or 429 => "overLimit",
        415 => "badMediaType",
        501 => "notImplemented",
        503 => "serviceUnavailable",
        _ => "computeFault",
    };
}
