"""The machine-readable mark on everything that is made: words and an address that programs know.

Knows the words; the files of realtime/outputs know where a format keeps them. A signed manifest (signing.py) says more,
where a format can carry one.
"""

SOURCE_TYPE = "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"
"""IPTC's digital source type for a picture composed with the help of a trained model."""
TOOL = "liveswap"
COMMENT = f"Made with {TOOL}: faces in this picture were replaced. {SOURCE_TYPE}"

XMP = f"""<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
 xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:CreatorTool="{TOOL}"
 Iptc4xmpExt:DigitalSourceType="{SOURCE_TYPE}"/>
</rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>"""
"""The same for picture files."""
