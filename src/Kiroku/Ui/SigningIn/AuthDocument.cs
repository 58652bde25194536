using System.Text.Json;
using Kiroku.Api;

namespace Kiroku.Ui.SigningIn;

/// <summary>Writes the requests for a token (Keystone v3).</summary>
internal static class AuthDocument
{
    public static byte[] OfForm(SignInForm form) => form.WithCredential
        ? Write("application_credential", json =>
        {
            json.WriteString("id", form.CredentialId);
            json.WriteString("secret", form.Secret);
        }, null)
        : Write("password", json =>
        {
            json.WriteStartObject("user");
            json.WriteString("name", form.User);
            WriteDomain(json, form.UserDomain);
            json.WriteString("password", form.Secret);
            json.WriteEndObject();
        }, form.Project.Length == 0 ? null : json =>
        {
            json.WriteString("name", form.Project);
            WriteDomain(json, form.ProjectDomain);
        });

    /// <summary>The same user in another project.</summary>
    public static byte[] OfToken(string token, string projectId)
        => Write("token", json => json.WriteString("id", token), json => json.WriteString("id", projectId));

    private static byte[] Write(string method, Action<Utf8JsonWriter> proof, Action<Utf8JsonWriter>? project)
        => JsonResponse.ToBytes(json =>
        {
            json.WriteStartObject();
            json.WriteStartObject("auth");
            json.WriteStartObject("identity");
            json.WriteStartArray("methods");
            json.WriteStringValue(method);
            json.WriteEndArray();
            json.WriteStartObject(method);
            proof(json);
            json.WriteEndObject();
            json.WriteEndObject();
            if (project is not null)
            {
                json.WriteStartObject("scope");
                json.WriteStartObject("project");
                project(json);
                json.WriteEndObject();
                json.WriteEndObject();
            }
            json.WriteEndObject();
            json.WriteEndObject();
        });

    private static void WriteDomain(Utf8JsonWriter json, string name)
    {
        json.WriteStartObject("domain");
        json.WriteString("name", name);
        json.WriteEndObject();
    }
}
