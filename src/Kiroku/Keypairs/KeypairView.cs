using System.Text.Json;
using Kiroku.Api;
using Kiroku.Storage;

namespace Kiroku.Keypairs;

/// <summary>A key pair as Nova shows it (nova/api/openstack/compute/views/keypairs.py).</summary>
internal readonly struct KeypairView(Microversion version)
{
    public void WriteListed(Utf8JsonWriter json, Keypair keypair)
    {
        json.WriteStartObject();
        json.WriteStartObject("keypair");
        WriteKey(json, keypair);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <summary>Writes a new key pair. A generated private key is shown only this once.</summary>
    public void WriteCreated(Utf8JsonWriter json, Keypair keypair, string? privateKey)
    {
        json.WriteStartObject();
        json.WriteStartObject("keypair");
        if (privateKey is not null)
            json.WriteString("private_key", privateKey);
        WriteKey(json, keypair);
        json.WriteString("user_id", keypair.UserId);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    public void Write(Utf8JsonWriter json, Keypair keypair)
    {
        json.WriteStartObject();
        json.WriteStartObject("keypair");
        WriteKey(json, keypair);
        json.WriteString("user_id", keypair.UserId);
        json.WriteString("created_at", Timestamps.Format(keypair.CreatedAt));
        json.WriteBoolean("deleted", false);
        json.WriteNull("deleted_at");
        json.WriteNumber("id", keypair.Id);
        json.WriteNull("updated_at");
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private void WriteKey(Utf8JsonWriter json, Keypair keypair)
    {
        json.WriteString("name", keypair.Name);
        json.WriteString("public_key", keypair.PublicKey);
        json.WriteString("fingerprint", keypair.Fingerprint);
        if (version >= 2)
            json.WriteString("type", keypair.Type);
    }
}
